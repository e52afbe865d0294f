/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.source;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.Attributes;
import dev.wasmlinux.initramfs.ByteString;
import dev.wasmlinux.initramfs.Entry;
import dev.wasmlinux.initramfs.InvalidEntryException;
import dev.wasmlinux.initramfs.LimitExceededException;
import dev.wasmlinux.initramfs.MalformedImageException;
import dev.wasmlinux.initramfs.Node;
import dev.wasmlinux.initramfs.read.ReadLimits;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Objects;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * A zip or jar file. Entries without a Unix mode get 0755 as directories and 0644 as files; owners
 * are root, times the epoch unless {@link #keepTimes} asks for those of the entries. Immutable.
 */
public final class ZipSource implements TreeSource {
    private static final int MAX_LINK = 4096;

    private final Path archive;
    private final ContentStore store;
    private final boolean keepTimes;

    private ZipSource(Path archive, ContentStore store, boolean keepTimes) {
        this.archive = archive;
        this.store = store;
        this.keepTimes = keepTimes;
    }

    /**
     * A zip file.
     *
     * @param store keeps the contents; must be open until the image is written
     */
    public static ZipSource of(Path archive, ContentStore store) {
        return new ZipSource(Objects.requireNonNull(archive), Objects.requireNonNull(store), false);
    }

    /** Takes the times of the entries; zip files without Unix times tell them in local time. */
    public ZipSource keepTimes() {
        return new ZipSource(archive, store, true);
    }

    @Override
    public void copyTo(EntrySink sink) throws IOException {
        try (ZipFile zip = ZipFile.builder().setPath(archive).get()) {
            long left = ReadLimits.defaults().unpacked();
            for (Enumeration<ZipArchiveEntry> all = zip.getEntriesInPhysicalOrder();
                    all.hasMoreElements(); ) {
                ZipArchiveEntry entry = all.nextElement();
                byte[] raw = entry.getRawName();
                ArchivePath path =
                        ArchivePath.of(
                                entry.getGeneralPurposeBit().usesUTF8ForNames() || raw == null
                                        ? ByteString.of(entry.getName())
                                        : ByteString.of(raw));
                if (path.isRoot()) {
                    continue;
                }
                Node node = node(zip, entry, path, left);
                if (node instanceof Node.RegularFile file) {
                    left -= file.content().size();
                }
                sink.add(new Entry(path, node));
            }
        } catch (ZipException | IllegalArgumentException e) {
            throw new MalformedImageException(-1, "zip file " + archive + ": " + e.getMessage(), e);
        }
    }

    private Node node(ZipFile zip, ZipArchiveEntry entry, ArchivePath path, long limit)
            throws IOException {
        int mode = entry.getUnixMode();
        long seconds = keepTimes ? Math.floorDiv(entry.getTime(), 1000L) : 0;
        Attributes attributes =
                new Attributes(
                        mode != 0 ? mode & 07777 : entry.isDirectory() ? 0755 : 0644,
                        0,
                        0,
                        Math.max(0, Math.min(seconds, Attributes.FIELD_MAX)));
        if (entry.isDirectory()) {
            return new Node.Directory(attributes);
        }
        if (!zip.canReadEntryData(entry)) {
            throw new InvalidEntryException(
                    path.toString(), "zip entry that is encrypted or of an unknown method");
        }
        try (InputStream in = new Limited(zip.getInputStream(entry), limit)) {
            if (entry.isUnixSymlink()) {
                byte[] target = in.readNBytes(MAX_LINK);
                return new Node.Symlink(ByteString.of(target), attributes);
            }
            return new Node.RegularFile(store.add(in), attributes);
        }
    }

    /** Stops a stream that gives more than is allowed. */
    private static final class Limited extends FilterInputStream {
        private long left;

        Limited(InputStream in, long limit) {
            super(in);
            left = limit;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int from, int length) throws IOException {
            int got = in.read(target, from, length);
            if (got > 0) {
                left -= got;
                if (left < 0) {
                    throw new LimitExceededException("zip file unpacks to too many bytes");
                }
            }
            return got;
        }
    }
}
