/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.source;

import dev.wasmlinux.initramfs.FileContent;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps contents that come once, out of compressed sources, until the image is written: in a
 * temporary file, not in memory. Contents are valid until the store is closed. Not thread safe.
 */
public final class ContentStore implements Closeable {
    private static final int SMALL = 512;

    private final Path directory;
    private FileChannel channel;
    private long size;
    private final byte[] buffer = new byte[64 << 10];

    private ContentStore(Path directory) {
        this.directory = directory;
    }

    /** A store in the system's directory for temporary files. */
    public static ContentStore open() {
        return new ContentStore(null);
    }

    /** A store in a directory. */
    public static ContentStore open(Path directory) {
        return new ContentStore(directory);
    }

    /**
     * Takes everything a stream gives; the stream stays open.
     *
     * @throws IOException if reading or the temporary file fails
     */
    public FileContent add(InputStream in) throws IOException {
        int first = in.readNBytes(buffer, 0, SMALL);
        if (first < SMALL) {
            byte[] bytes = new byte[first];
            System.arraycopy(buffer, 0, bytes, 0, first);
            return FileContent.of(bytes);
        }
        FileChannel file = channel();
        long start = size;
        int length = first;
        do {
            ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, length);
            while (bytes.hasRemaining()) {
                size += file.write(bytes, size);
            }
            length = in.readNBytes(buffer, 0, buffer.length);
        } while (length > 0);
        return FileContent.of(file, start, size - start);
    }

    private FileChannel channel() throws IOException {
        if (channel == null) {
            Path file =
                    directory == null
                            ? Files.createTempFile("initramfs-", ".contents")
                            : Files.createTempFile(directory, "initramfs-", ".contents");
            try {
                channel =
                        FileChannel.open(
                                file,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.DELETE_ON_CLOSE);
            } catch (IOException e) {
                Files.deleteIfExists(file);
                throw e;
            }
        }
        return channel;
    }

    /** Deletes the temporary file; contents can no longer be read. */
    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
