/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.newc;

import dev.wasmlinux.initramfs.LimitExceededException;
import dev.wasmlinux.initramfs.content.Workers;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;

/** A buffer before a channel; copies large ranges of files without taking them into memory. */
final class ChannelSink extends OutputStream implements ArchiveSink {
    private static final int BUFFER = 256 << 10;
    private static final int DIRECT_COPY = 64 << 10;

    /** From this length on, reading on another thread while writing on this one pays off. */
    private static final int READ_AHEAD = 4 << 20;

    private static final int CHUNK = 512 << 10;
    private static final int CHUNKS = 4;

    private final WritableByteChannel channel;
    private final String name;
    private final boolean file;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private final Deque<ByteBuffer> free = new ArrayDeque<>();
    private Workers reader;
    private final long limit;
    private long position;

    /**
     * @param name what errors call the channel
     */
    ChannelSink(WritableByteChannel channel, String name, long limit) {
        this.name = name;
        this.limit = limit;
        this.channel = channel;
        this.file = channel instanceof FileChannel;
    }

    /** Bytes taken so far. */
    long position() {
        return position;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        require(length);
        int at = from;
        int left = length;
        while (left > 0) {
            int step = Math.min(left, buffer.remaining());
            buffer.put(bytes, at, step);
            at += step;
            left -= step;
            if (!buffer.hasRemaining()) {
                drain();
            }
        }
        position += length;
    }

    @Override
    public long transferFrom(FileChannel source, long offset, long count) throws IOException {
        require(count);
        if (file && count >= DIRECT_COPY) {
            drain();
            long done =
                    count >= READ_AHEAD && Workers.useful() > 0
                            ? copyAhead(source, offset, count)
                            : copy(source, offset, count);
            position += done;
            return done;
        }
        long done = 0;
        while (done < count) {
            int end = buffer.limit();
            buffer.limit((int) Math.min(end, buffer.position() + (count - done)));
            int step = source.read(buffer, offset + done);
            buffer.limit(end);
            if (step < 0) {
                break;
            }
            done += step;
            if (!buffer.hasRemaining()) {
                drain();
            }
        }
        position += done;
        return done;
    }

    private long copy(FileChannel source, long offset, long count) throws IOException {
        long done = 0;
        while (done < count) {
            long step;
            try {
                step = source.transferTo(offset + done, count - done, channel);
            } catch (IOException e) {
                throw failed(e);
            }
            if (step <= 0) {
                break;
            }
            done += step;
        }
        return done;
    }

    private long copyAhead(FileChannel source, long offset, long count) throws IOException {
        if (reader == null) {
            reader = Workers.of(1, "initramfs-copy");
            for (int i = 0; i < CHUNKS; i++) {
                free.add(ByteBuffer.allocateDirect(CHUNK));
            }
        }
        Deque<Future<ByteBuffer>> pending = new ArrayDeque<>();
        long asked = 0;
        long done = 0;
        boolean atEnd = false;
        while (!pending.isEmpty() || asked < count && !atEnd) {
            while (!free.isEmpty() && asked < count && !atEnd) {
                ByteBuffer chunk = free.remove();
                chunk.clear().limit((int) Math.min(CHUNK, count - asked));
                long at = offset + asked;
                asked += chunk.limit();
                pending.add(reader.submit(new Fill(source, at, chunk)));
            }
            ByteBuffer chunk = Workers.await(pending.remove());
            atEnd |= chunk.hasRemaining();
            chunk.flip();
            done += chunk.limit();
            writeOut(chunk);
            free.add(chunk);
        }
        return done;
    }

    /** Fills a buffer as far as the source has bytes. */
    private record Fill(FileChannel source, long offset, ByteBuffer chunk)
            implements Callable<ByteBuffer> {
        @Override
        public ByteBuffer call() throws IOException {
            long at = offset;
            while (chunk.hasRemaining()) {
                int step = source.read(chunk, at);
                if (step < 0) {
                    break;
                }
                at += step;
            }
            return chunk;
        }
    }

    /** Ends the reading thread; the channel stays open. */
    void release() {
        if (reader != null) {
            reader.close();
        }
    }

    private void require(long count) {
        if (count > limit - position) {
            throw new LimitExceededException("the image exceeds its limit of " + limit + " bytes");
        }
    }

    private void writeOut(ByteBuffer bytes) throws IOException {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private IOException failed(IOException e) {
        if (e instanceof ClosedChannelException) {
            return e;
        }
        return new IOException("cannot write " + name + ": " + e.getMessage(), e);
    }

    private void drain() throws IOException {
        buffer.flip();
        writeOut(buffer);
        buffer.clear();
    }

    @Override
    public void flush() throws IOException {
        drain();
    }
}
