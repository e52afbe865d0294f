/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.content;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Where results wait before they are put into a tree: the first few in memory, the rest in one
 * temporary file that vanishes on close. One {@link Writer} at a time; not thread safe.
 */
public final class Scratch implements Closeable {
    private static final int MEMORY_PER_CONTENT = 1 << 18;
    private static final long MEMORY_IN_ALL = 1 << 23;

    private long memoryLeft = MEMORY_IN_ALL;
    private FileChannel file;
    private long fileSize;
    private Writer open;

    /** Begins a new content; the one before must be finished or abandoned. */
    public Writer writer() {
        if (open != null) {
            throw new IllegalStateException("a content is still being written");
        }
        open = new Writer();
        return open;
    }

    private FileChannel file() throws IOException {
        if (file == null) {
            Path path = Files.createTempFile("patchset", ".tmp");
            file =
                    FileChannel.open(
                            path,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DELETE_ON_CLOSE);
        }
        return file;
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }

    /** Collects one content. Closing it without {@link #finish()} abandons it. */
    public final class Writer extends OutputStream {
        private final byte[] one = new byte[1];
        private byte[] buffer = new byte[1024];
        private int used;
        private long spilledAt = -1;
        private long spilled;

        private Writer() {}

        @Override
        public void write(int b) throws IOException {
            if (used < buffer.length) {
                buffer[used++] = (byte) b;
            } else {
                one[0] = (byte) b;
                write(one, 0, 1);
            }
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int from = offset;
            int left = length;
            while (left > 0) {
                if (used == buffer.length) {
                    makeRoom();
                }
                int n = Math.min(left, buffer.length - used);
                System.arraycopy(bytes, from, buffer, used, n);
                used += n;
                from += n;
                left -= n;
            }
        }

        private void makeRoom() throws IOException {
            int wanted = buffer.length * 2;
            if (spilledAt < 0 && wanted <= MEMORY_PER_CONTENT) {
                buffer = Arrays.copyOf(buffer, wanted);
            } else {
                spill();
            }
        }

        private void spill() throws IOException {
            FileChannel channel = file();
            if (spilledAt < 0) {
                spilledAt = fileSize;
            }
            ByteBuffer out = ByteBuffer.wrap(buffer, 0, used);
            while (out.hasRemaining()) {
                spilled += channel.write(out, spilledAt + spilled);
            }
            used = 0;
        }

        /** The number of bytes written so far. */
        public long size() {
            return spilled + used;
        }

        /** Ends the content and returns it; it lives as long as the scratch. */
        public Content finish() throws IOException {
            if (open != this) {
                throw new IllegalStateException("finished already");
            }
            if (spilledAt < 0 && used <= memoryLeft) {
                memoryLeft -= used;
                open = null;
                return Content.of(Arrays.copyOf(buffer, used));
            }
            spill();
            fileSize = spilledAt + spilled;
            open = null;
            return new Spilled(spilledAt, spilled);
        }

        @Override
        public void close() {
            if (open == this) {
                open = null;
            }
        }
    }

    private final class Spilled extends Content {
        private final long start;
        private final long size;

        Spilled(long start, long size) {
            this.start = start;
            this.size = size;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public RandomBytes open() {
            return RandomBytes.of(file, start, size, false);
        }
    }
}
