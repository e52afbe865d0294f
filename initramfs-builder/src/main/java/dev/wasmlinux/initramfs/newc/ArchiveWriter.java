/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.newc;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.Attributes;
import dev.wasmlinux.initramfs.ByteString;
import dev.wasmlinux.initramfs.ContentChangedException;
import dev.wasmlinux.initramfs.FileContent;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.InvalidEntryException;
import dev.wasmlinux.initramfs.Node;
import dev.wasmlinux.initramfs.WriteOptions;
import dev.wasmlinux.initramfs.content.Contents;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;

/**
 * Writes one newc archive; the layout is that of the kernel's {@code
 * Documentation/driver-api/early-userspace/buffer-format.rst}.
 */
final class ArchiveWriter {
    private static final int SMALL = 64 << 10;
    private static final byte[] NULS = new byte[4096];
    private static final ByteString TRAILER = ByteString.of("TRAILER!!!");

    private final Map<ArchivePath, Node> nodes;
    private final WriteOptions options;
    private final Inodes inodes;
    private final NewcHeader header;
    private final byte[] scratch = new byte[SMALL + 1];
    private ArchiveSink sink;
    private long position;
    private int unalignedFiles;
    private int smallFileCount;
    private SmallFiles smallFiles;

    /** Plans the archive. */
    ArchiveWriter(Initramfs content, WriteOptions options) {
        this.nodes = content.asMap();
        this.options = options;
        this.inodes = new Inodes(nodes, options);
        this.header =
                new NewcHeader(
                        options.format() == WriteOptions.Format.NEWC_CHECKSUM,
                        options.likeGenInitCpio());
        for (Map.Entry<ArchivePath, Node> entry : nodes.entrySet()) {
            examine(entry.getKey(), entry.getValue());
        }
    }

    WriteOptions options() {
        return options;
    }

    int entries() {
        return nodes.size();
    }

    int unalignedFiles() {
        return unalignedFiles;
    }

    private void examine(ArchivePath path, Node node) {
        FileContent content = content(node);
        if (content.size() > Attributes.FIELD_MAX) {
            throw new InvalidEntryException(
                    path.toString(),
                    "content of "
                            + content.size()
                            + " bytes, more than 4294967295 (newc size field)");
        }
        if (isSmallFile(path, node)) {
            smallFileCount++;
        }
    }

    /**
     * Writes everything.
     *
     * @param base where the archive starts in the image; a multiple of 4
     * @return length of the archive
     */
    long write(ArchiveSink target, long base) throws IOException {
        sink = target;
        position = base;
        try (SmallFiles files = new SmallFiles(new Ahead(), smallFileCount)) {
            smallFiles = files;
            for (Map.Entry<ArchivePath, Node> entry : nodes.entrySet()) {
                writeEntry(entry.getKey(), entry.getValue());
                // Hard links may span members: only a trailer ends the kernel's memory of inodes.
                sink.entryEnd();
            }
        }
        header.clear();
        header.links(1);
        writeHeader(TRAILER, 0);
        long length = position - base;
        pad((int) ((options.blockSize() - length % options.blockSize()) % options.blockSize()));
        return position - base;
    }

    /** The files that {@link SmallFiles} reads, in order. */
    private final class Ahead implements Iterator<Contents.OfFile> {
        private final Iterator<Map.Entry<ArchivePath, Node>> entries = nodes.entrySet().iterator();
        private int left = smallFileCount;

        @Override
        public boolean hasNext() {
            return left > 0;
        }

        @Override
        public Contents.OfFile next() {
            Map.Entry<ArchivePath, Node> entry = entries.next();
            while (!isSmallFile(entry.getKey(), entry.getValue())) {
                entry = entries.next();
            }
            left--;
            return (Contents.OfFile) content(entry.getValue());
        }
    }

    private static FileContent content(Node node) {
        return node instanceof Node.RegularFile file ? file.content() : FileContent.empty();
    }

    /** Whether an entry's bytes come from {@link SmallFiles}. */
    private boolean isSmallFile(ArchivePath path, Node node) {
        FileContent content = content(node);
        return content.size() > 0
                && content.size() <= SmallFiles.MOST
                && content instanceof Contents.OfFile
                && inodes.group(path) == null;
    }

    private void writeEntry(ArchivePath path, Node entry) throws IOException {
        ArchivePath inodePath = entry instanceof Node.HardLink link ? link.target() : path;
        Node node = entry instanceof Node.HardLink ? nodes.get(inodePath) : entry;
        Inodes.Group group = inodes.group(inodePath);
        header.clear();
        boolean last = true;
        if (group == null) {
            header.inode(inodes.number(path));
            header.links(1);
        } else {
            last = group.isLast();
            header.inode(inodes.number(inodePath, group));
            header.links(group.names());
        }
        if (node instanceof Node.RegularFile file) {
            attributes(NewcHeader.REGULAR, file.attributes());
            writeFile(path, entry, last ? file.content() : FileContent.empty());
            return;
        }
        if (node instanceof Node.Symlink link) {
            attributes(NewcHeader.SYMLINK, link.attributes());
            writeSymlink(path, link.target());
            return;
        }
        if (node instanceof Node.Directory directory) {
            attributes(NewcHeader.DIRECTORY, directory.attributes());
            header.links(2);
        } else if (node instanceof Node.Device device) {
            boolean block = device.type() == Node.DeviceType.BLOCK;
            attributes(block ? NewcHeader.BLOCK : NewcHeader.CHARACTER, device.attributes());
            header.device(device.major(), device.minor());
        } else if (node instanceof Node.Fifo fifo) {
            attributes(NewcHeader.FIFO, fifo.attributes());
            genInitCpioLinks(group);
        } else if (node instanceof Node.Socket socket) {
            attributes(NewcHeader.SOCKET, socket.attributes());
            genInitCpioLinks(group);
        } else {
            throw new AssertionError(node);
        }
        writeHeader(path.bytes(), 0);
    }

    private void genInitCpioLinks(Inodes.Group group) {
        if (options.likeGenInitCpio() && group == null) {
            header.links(2);
        }
    }

    private void attributes(int type, Attributes attributes) {
        long modified = attributes.modified();
        if (options.latestModified().isPresent()) {
            modified = Math.min(modified, options.latestModified().getAsLong());
        }
        header.attributes(
                type | attributes.permissions(), attributes.uid(), attributes.gid(), modified);
    }

    private void writeSymlink(ArchivePath path, ByteString target) throws IOException {
        int length = target.length() + (options.likeGenInitCpio() ? 1 : 0);
        header.size(length);
        writeHeader(path.bytes(), 0);
        byte[] bytes = new byte[length];
        target.copyTo(bytes, 0);
        put(bytes, length);
        pad((int) (-position & 3));
    }

    private void writeFile(ArchivePath path, Node entry, FileContent content) throws IOException {
        long size = content.size();
        header.size(size);
        if (size == 0) {
            requireEmpty(path, content);
            writeHeader(path.bytes(), 0);
            return;
        }
        if (content instanceof Contents.OfBytes memory) {
            if (header.checksummed()) {
                header.checksum(sum(0, memory.bytes(), 0, memory.bytes().length));
            }
            writeHeader(path.bytes(), size);
            put(memory.bytes(), memory.bytes().length);
        } else if (isSmallFile(path, entry)) {
            writeSmallFile(path, (int) size);
            return;
        } else if (size <= SMALL) {
            readSmall(path, content, (int) size);
            if (header.checksummed()) {
                header.checksum(sum(0, scratch, 0, (int) size));
            }
            writeHeader(path.bytes(), size);
            put(scratch, (int) size);
        } else {
            if (header.checksummed()) {
                header.checksum(sumOf(path, content));
            }
            writeHeader(path.bytes(), size);
            copyLarge(path, content);
        }
        pad((int) (-position & 3));
    }

    private void writeSmallFile(ArchivePath path, int size) throws IOException {
        SmallFiles.Batch file = smallFiles.next();
        if (file.length() != size) {
            throw file.length() < size ? shorter(path, size, file.length()) : longer(path, size);
        }
        byte[] bytes = file.bytes();
        int from = file.offset();
        if (header.checksummed()) {
            header.checksum(sum(0, bytes, from, size));
        }
        writeHeader(path.bytes(), size);
        int padded = size + 3 & ~3;
        Arrays.fill(bytes, from + size, from + padded, (byte) 0);
        sink.write(bytes, from, padded);
        position += padded;
    }

    private void requireEmpty(ArchivePath path, FileContent content) throws IOException {
        if (content instanceof Contents.OfSupplier || content instanceof Contents.OfFile) {
            try (InputStream in = content.open()) {
                if (in.read() >= 0) {
                    throw longer(path, 0);
                }
            }
        }
    }

    /** Reads a content that fits the scratch buffer, and makes sure that there is no more of it. */
    private void readSmall(ArchivePath path, FileContent content, int size) throws IOException {
        try (InputStream in = content.open()) {
            int got = 0;
            boolean end = false;
            while (got <= size) {
                int step = in.read(scratch, got, size + 1 - got);
                if (step < 0) {
                    end = true;
                    break;
                }
                got += step;
            }
            if (got < size) {
                throw shorter(path, size, got);
            }
            if (!end) {
                throw longer(path, size);
            }
        }
    }

    private void copyLarge(ArchivePath path, FileContent content) throws IOException {
        long size = content.size();
        if (content instanceof Contents.OfFile file && file.isDefault()) {
            try (FileChannel channel = FileChannel.open(file.file(), StandardOpenOption.READ)) {
                copyRange(path, channel, 0, size, true);
            }
        } else if (content instanceof Contents.OfChannel range) {
            copyRange(path, range.channel(), range.offset(), size, false);
        } else {
            try (InputStream in = content.open()) {
                long left = size;
                while (left > 0) {
                    int step = in.read(scratch, 0, (int) Math.min(scratch.length, left));
                    if (step < 0) {
                        throw shorter(path, size, size - left);
                    }
                    put(scratch, step);
                    left -= step;
                }
                if (in.read() >= 0) {
                    throw longer(path, size);
                }
            }
        }
    }

    private void copyRange(
            ArchivePath path, FileChannel channel, long offset, long size, boolean whole)
            throws IOException {
        if (whole && channel.size() > size) {
            throw longer(path, size);
        }
        long done = sink.transferFrom(channel, offset, size);
        position += done;
        if (done != size) {
            throw shorter(path, size, done);
        }
    }

    private long sumOf(ArchivePath path, FileContent content) throws IOException {
        long total = 0;
        long sum = 0;
        try (InputStream in = content.open()) {
            for (int step; (step = in.read(scratch)) >= 0; total += step) {
                sum = sum(sum, scratch, 0, step);
            }
        }
        if (total != content.size()) {
            throw total < content.size()
                    ? shorter(path, content.size(), total)
                    : longer(path, content.size());
        }
        return sum;
    }

    private static long sum(long start, byte[] bytes, int from, int length) {
        long sum = start;
        for (int i = from; i < from + length; i++) {
            sum += bytes[i] & 0xff;
        }
        return sum & 0xffff_ffffL;
    }

    private static ContentChangedException shorter(ArchivePath path, long size, long got) {
        return new ContentChangedException(path.toString(), size, "ended after " + got);
    }

    private static ContentChangedException longer(ArchivePath path, long size) {
        return new ContentChangedException(path.toString(), size, "went on after them");
    }

    private void writeHeader(ByteString name, long dataSize) throws IOException {
        int field = name.length() + 1;
        int alignment = options.dataAlignment();
        // The kernel's tool leaves a file of just one block where it is.
        long least = options.likeGenInitCpio() ? alignment + 1L : alignment;
        if (alignment > 4 && dataSize >= least) {
            long padded = field + (-(position + NewcHeader.SIZE + field) & (alignment - 1));
            if (padded <= ArchivePath.MAX_LENGTH + 1) {
                field = (int) padded;
            } else {
                unalignedFiles++;
            }
        }
        put(header.bytes(), header.name(name, field));
    }

    private void put(byte[] bytes, int length) throws IOException {
        sink.write(bytes, 0, length);
        position += length;
    }

    private void pad(int count) throws IOException {
        for (int left = count; left > 0; ) {
            int step = Math.min(left, NULS.length);
            put(NULS, step);
            left -= step;
        }
    }
}
