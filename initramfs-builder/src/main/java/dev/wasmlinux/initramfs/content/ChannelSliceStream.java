/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.content;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/** Reads a range of a channel by position; does not close the channel. */
public final class ChannelSliceStream extends InputStream {
    private final FileChannel channel;
    private long position;
    private final long end;

    /** Starts at an offset; {@code size} bytes are readable. */
    public ChannelSliceStream(FileChannel channel, long offset, long size) {
        this.channel = channel;
        this.position = offset;
        this.end = Math.addExact(offset, size);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (position >= end) {
            return -1;
        }
        int wanted = (int) Math.min(length, end - position);
        int got = channel.read(ByteBuffer.wrap(target, from, wanted), position);
        if (got > 0) {
            position += got;
        }
        return got;
    }

    @Override
    public long skip(long count) {
        long step = Math.max(0, Math.min(count, end - position));
        position += step;
        return step;
    }

    @Override
    public int available() {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(0, end - position));
    }
}
