/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.source;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.Attributes;
import dev.wasmlinux.initramfs.ByteString;
import dev.wasmlinux.initramfs.Entry;
import dev.wasmlinux.initramfs.InitramfsException;
import dev.wasmlinux.initramfs.InvalidEntryException;
import dev.wasmlinux.initramfs.LimitExceededException;
import dev.wasmlinux.initramfs.MalformedImageException;
import dev.wasmlinux.initramfs.Node;
import dev.wasmlinux.initramfs.read.ReadLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Objects;
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
    private final long limit;

    private ZipSource(Path archive, ContentStore store, boolean keepTimes, long limit) {
        this.archive = archive;
        this.store = store;
        this.keepTimes = keepTimes;
        this.limit = limit;
    }

    /**
     * A zip file.
     *
     * @param store keeps the contents; must be open until the image is written
     */
    public static ZipSource of(Path archive, ContentStore store) {
        return new ZipSource(
                Objects.requireNonNull(archive),
                Objects.requireNonNull(store),
                false,
                ReadLimits.defaults().unpacked());
    }

    /** Takes the times of the entries; zip files without Unix times tell them in local time. */
    public ZipSource keepTimes() {
        return new ZipSource(archive, store, true, limit);
    }

    /** Sets how many bytes the archive may unpack to. */
    public ZipSource limit(long bytes) {
        return new ZipSource(archive, store, keepTimes, bytes);
    }

    @Override
    public void copyTo(EntrySink sink) throws IOException {
        try (WatchedChannel channel = new WatchedChannel(Files.newByteChannel(archive));
                ZipFile zip = open(channel)) {
            long left = limit;
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
                Node node = node(zip, channel, entry, path, left);
                if (node instanceof Node.RegularFile file) {
                    left -= file.content().size();
                }
                sink.add(new Entry(path, node));
            }
        }
    }

    private ZipFile open(WatchedChannel channel) throws IOException {
        try {
            return ZipFile.builder().setSeekableByteChannel(channel).get();
        } catch (IOException | RuntimeException e) {
            throw fault(channel, e);
        } catch (OutOfMemoryError e) {
            throw new LimitExceededException(
                    "zip file "
                            + archive
                            + " has more entries than a heap of "
                            + (Runtime.getRuntime().maxMemory() >> 20)
                            + " MiB has room for (java -Xmx)");
        }
    }

    /** What a failure is: the channel's own, or one of the data. */
    private RuntimeException fault(WatchedChannel channel, Exception e) throws IOException {
        if (channel.failure() != null) {
            throw channel.failure();
        }
        if (e instanceof InitramfsException ours) {
            return ours;
        }
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return new MalformedImageException(-1, "zip file " + archive + ": " + message, e);
    }

    private Node node(
            ZipFile zip, WatchedChannel channel, ZipArchiveEntry entry, ArchivePath path, long most)
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
        try (InputStream in = new Checked(zip, channel, entry, most)) {
            if (entry.isUnixSymlink()) {
                byte[] target = in.readNBytes(MAX_LINK);
                return new Node.Symlink(ByteString.of(target), attributes);
            }
            return new Node.RegularFile(store.add(in), attributes);
        }
    }

    /**
     * The bytes of an entry: all that is wrong with them is a fault of the data, and there may not
     * be too many.
     */
    private final class Checked extends InputStream {
        private final WatchedChannel channel;
        private final InputStream in;
        private long left;

        Checked(ZipFile zip, WatchedChannel channel, ZipArchiveEntry entry, long limit)
                throws IOException {
            this.channel = channel;
            left = limit;
            try {
                in = zip.getInputStream(entry);
            } catch (IOException | RuntimeException e) {
                throw fault(channel, e);
            } catch (LinkageError e) {
                // A library for this method that is not there.
                throw new InvalidEntryException(
                        entry.getName(),
                        "zip entry of method " + entry.getMethod() + " needs " + e.getMessage());
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int from, int length) throws IOException {
            int got;
            try {
                got = in.read(target, from, length);
            } catch (IOException | RuntimeException e) {
                throw fault(channel, e);
            }
            if (got > 0) {
                left -= got;
                if (left < 0) {
                    throw new LimitExceededException(
                            "zip file unpacks to more bytes than its limit leaves");
                }
            }
            return got;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
