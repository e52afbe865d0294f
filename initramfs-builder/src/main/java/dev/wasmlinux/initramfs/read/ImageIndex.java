/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.Attributes;
import dev.wasmlinux.initramfs.ByteString;
import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.FileContent;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.InitramfsBuilder;
import dev.wasmlinux.initramfs.InvalidEntryException;
import dev.wasmlinux.initramfs.MalformedImageException;
import dev.wasmlinux.initramfs.Node;
import dev.wasmlinux.initramfs.compress.Decoders;
import dev.wasmlinux.initramfs.compress.RawInput;
import dev.wasmlinux.initramfs.content.BoundedInput;
import dev.wasmlinux.initramfs.source.ContentStore;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tree that an image unpacks to, with access to single files: those of plain archives are read
 * where they lie, those of a compressed member by decompressing that member up to them.
 *
 * <p>Later entries win as in the kernel; hard links belong together inside an archive. Entries that
 * the kernel would lose (impossible names, unknown types) are left out and listed by {@link
 * #unusable()}. The index keeps the file open; contents are valid until it is closed. Reading is
 * thread safe.
 */
public final class ImageIndex implements Closeable {
    private static final int MAX_SYMLINKS = 40;
    private static final ByteString UP = ByteString.of("..");

    private final FileChannel channel;
    private final Initramfs tree;
    private final List<ArchiveEntry> unusable;
    private final List<Member> members;
    private final int entries;

    private ImageIndex(FileChannel channel, Scan scan) {
        this.channel = channel;
        this.tree = scan.builder.build();
        this.unusable = List.copyOf(scan.unusable);
        this.members = List.copyOf(scan.members);
        this.entries = scan.entries;
    }

    /**
     * Indexes an image file.
     *
     * @throws MalformedImageException if the image is damaged
     * @throws IOException if reading fails
     */
    public static ImageIndex open(Path image) throws IOException {
        return open(image, ReadLimits.defaults(), null);
    }

    /**
     * Indexes an image file and keeps the contents of compressed members in a store, for uses that
     * read most of them.
     *
     * @param store may be null; must outlive the contents
     */
    public static ImageIndex open(Path image, ReadLimits limits, ContentStore store)
            throws IOException {
        if (Files.exists(image) && !Files.isRegularFile(image)) {
            throw new FileSystemException(
                    image.toString(), null, "is no regular file, which an index needs");
        }
        FileChannel channel = FileChannel.open(image, StandardOpenOption.READ);
        try {
            Scan scan = new Scan(channel, limits, store);
            scan.run();
            return new ImageIndex(channel, scan);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** The tree, its contents backed by this index. */
    public Initramfs tree() {
        return tree;
    }

    /** Entries that unpack to nothing. */
    public List<ArchiveEntry> unusable() {
        return unusable;
    }

    /** The members of the image in order. */
    public List<Member> members() {
        return members;
    }

    /** Number of entries in the image, replaced ones included. */
    public int entries() {
        return entries;
    }

    /**
     * The content of a file, over symlinks and hard links inside the image.
     *
     * @return empty if there is no regular file
     */
    public Optional<FileContent> content(ArchivePath path) {
        ArchivePath at = path;
        try {
            for (int i = 0; i < MAX_SYMLINKS; i++) {
                if (tree.findInode(at).orElse(null) instanceof Node.RegularFile file) {
                    return Optional.of(file.content());
                }
                Optional<ArchivePath> step = resolveOnce(at);
                if (step.isEmpty()) {
                    return Optional.empty();
                }
                at = step.get();
            }
        } catch (InvalidEntryException e) {
            // A symlink leads to what no path can be, so there is nothing.
        }
        return Optional.empty();
    }

    /** Replaces the first symlink on a path by its target; empty if there is none. */
    private Optional<ArchivePath> resolveOnce(ArchivePath path) {
        ArchivePath at = ArchivePath.ROOT;
        List<ByteString> parts = path.components();
        for (int i = 0; i < parts.size(); i++) {
            ArchivePath next = at.resolve(ArchivePath.of(parts.get(i)));
            if (tree.find(next).orElse(null) instanceof Node.Symlink link) {
                List<ByteString> result = new ArrayList<>();
                if (link.target().byteAt(0) != '/') {
                    result.addAll(at.components());
                }
                append(result, link.target());
                result.addAll(parts.subList(i + 1, parts.size()));
                ArchivePath joined = ArchivePath.ROOT;
                for (ByteString part : result) {
                    joined = joined.resolve(ArchivePath.of(part));
                }
                return Optional.of(joined);
            }
            at = next;
        }
        return Optional.empty();
    }

    private static void append(List<ByteString> parts, ByteString target) {
        for (ByteString part : target.pathComponents()) {
            if (!part.equals(UP)) {
                parts.add(part);
            } else if (!parts.isEmpty()) {
                parts.remove(parts.size() - 1);
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** One pass over the image. */
    private static final class Scan {
        private final FileChannel channel;
        private final ReadLimits limits;
        private final ContentStore store;
        private final InitramfsBuilder builder =
                Initramfs.builder().onConflict(InitramfsBuilder.Conflict.REPLACE);
        private final List<ArchiveEntry> unusable = new ArrayList<>();
        private final List<Member> members = new ArrayList<>();
        private final Map<LinkKey, ArchivePath> leaders = new HashMap<>();
        private int entries;

        Scan(FileChannel channel, ReadLimits limits, ContentStore store) {
            this.channel = channel;
            this.limits = limits;
            this.store = store;
        }

        void run() throws IOException {
            try (ImageReader reader =
                    new ImageReader(
                            RawInput.of(channel, 0, false), limits, ImageReader.Notes.NONE)) {
                for (ArchiveEntry entry; (entry = reader.next()) != null; ) {
                    entries++;
                    place(entry, reader);
                }
                members.addAll(reader.members());
            }
        }

        private void place(ArchiveEntry entry, ImageReader reader) throws IOException {
            try {
                ArchivePath path = builder.resolveParent(ArchivePath.of(entry.name()));
                if (LinkKey.isLinked(entry)) {
                    placeLinked(path, entry, reader);
                } else {
                    add(path, node(entry, reader));
                }
            } catch (InvalidEntryException e) {
                unusable.add(entry);
            }
        }

        private void add(ArchivePath path, Node node) {
            requireDirectoryAbove(path);
            Node old = builder.get(path);
            if (old instanceof Node.Directory
                    && !(node instanceof Node.Directory)
                    && !builder.isLeaf(path)) {
                throw new InvalidEntryException(
                        path.toString(), "cannot replace a directory that is not empty");
            }
            builder.add(path, node);
        }

        /** The kernel makes no directory of a file because an entry wants to be in it. */
        private void requireDirectoryAbove(ArchivePath path) {
            ArchivePath above = path;
            Node node = null;
            while (node == null && !above.isRoot()) {
                above = above.parent();
                node = builder.get(above);
            }
            if (node != null && !(node instanceof Node.Directory)) {
                throw new InvalidEntryException(path.toString(), above + " is no directory");
            }
        }

        private void placeLinked(ArchivePath path, ArchiveEntry entry, ImageReader reader)
                throws IOException {
            LinkKey key = LinkKey.of(entry);
            ArchivePath leader = leaders.get(key);
            Node shared = leader == null ? null : builder.get(leader);
            if (shared instanceof Node.HardLink || shared == null || leader.equals(path)) {
                add(path, node(entry, reader));
                leaders.put(key, path);
                return;
            }
            if (shared instanceof Node.Directory || shared instanceof Node.Symlink) {
                throw new InvalidEntryException(
                        path.toString(), "what it is linked to, " + leader + ", was replaced");
            }
            if (entry.size() > 0 && shared instanceof Node.RegularFile) {
                // The later data wins, for all names.
                builder.replaceNode(leader, node(entry, reader));
            }
            add(path, new Node.HardLink(leader));
        }

        private Node node(ArchiveEntry entry, ImageReader reader) throws IOException {
            Attributes attributes =
                    new Attributes(
                            entry.permissions(),
                            owner(entry.uid()),
                            owner(entry.gid()),
                            Math.min(entry.modified(), Attributes.FIELD_MAX));
            return switch (entry.type()) {
                case FILE -> new Node.RegularFile(content(entry, reader), attributes);
                case DIRECTORY -> new Node.Directory(attributes);
                case SYMLINK -> new Node.Symlink(entry.linkTarget(), attributes);
                case CHARACTER_DEVICE -> device(Node.DeviceType.CHARACTER, entry, attributes);
                case BLOCK_DEVICE -> device(Node.DeviceType.BLOCK, entry, attributes);
                case FIFO -> new Node.Fifo(attributes);
                case SOCKET -> new Node.Socket(attributes);
                case UNKNOWN ->
                        throw new InvalidEntryException(entry.name().toString(), "unknown type");
            };
        }

        /** As chown takes it: the highest number leaves the owner as it is, which is root. */
        private static long owner(long id) {
            return id > Attributes.ID_MAX ? 0 : id;
        }

        private static Node device(
                Node.DeviceType type, ArchiveEntry entry, Attributes attributes) {
            return new Node.Device(
                    type,
                    (int) Math.min(entry.special().major(), Integer.MAX_VALUE),
                    (int) Math.min(entry.special().minor(), Integer.MAX_VALUE),
                    attributes);
        }

        private FileContent content(ArchiveEntry entry, ImageReader reader) throws IOException {
            if (entry.size() == 0) {
                return FileContent.empty();
            }
            Member member = reader.members().get(entry.location().member());
            if (member.compression() == Compression.Kind.NONE) {
                return FileContent.of(channel, entry.location().dataOffset(), entry.size());
            }
            if (store != null) {
                return store.add(reader.content());
            }
            return FileContent.of(entry.size(), () -> openCompressed(member, entry));
        }

        private InputStream openCompressed(Member member, ArchiveEntry entry) throws IOException {
            InputStream decoder =
                    Decoders.open(
                            member.compression(),
                            RawInput.of(channel, member.offset(), false),
                            limits.decoderMemory());
            boolean fine = false;
            try {
                decoder.skipNBytes(entry.location().dataOffset());
                fine = true;
            } finally {
                if (!fine) {
                    decoder.close();
                }
            }
            return new BoundedInput(decoder, entry.size());
        }
    }
}
