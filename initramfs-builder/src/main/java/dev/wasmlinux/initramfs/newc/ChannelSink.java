/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.newc;

import dev.wasmlinux.initramfs.LimitExceededException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;

/** A buffer before a channel; copies large ranges of files without taking them into memory. */
final class ChannelSink extends OutputStream implements ArchiveSink {
    private static final int BUFFER = 256 << 10;
    private static final int DIRECT_COPY = 64 << 10;

    private final WritableByteChannel channel;
    private final boolean file;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private final long limit;
    private long position;

    ChannelSink(WritableByteChannel channel, long limit) {
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
            long done = 0;
            while (done < count) {
                long step = source.transferTo(offset + done, count - done, channel);
                if (step <= 0) {
                    break;
                }
                done += step;
            }
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

    private void require(long count) {
        if (count > limit - position) {
            throw new LimitExceededException("the image exceeds its limit of " + limit + " bytes");
        }
    }

    private void drain() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }

    @Override
    public void flush() throws IOException {
        drain();
    }
}
