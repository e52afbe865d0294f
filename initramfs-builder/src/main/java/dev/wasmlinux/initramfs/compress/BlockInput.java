/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.compress;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** A stream that is decoded block by block. */
abstract class BlockInput extends InputStream {
    private byte[] block = new byte[0];
    private int from;
    private int to;
    private boolean ended;

    /** Sets the decoded block. */
    final void block(byte[] bytes, int length) {
        block = bytes;
        from = 0;
        to = length;
    }

    /** Decodes the next block by {@link #block}; false at the end of the member. */
    abstract boolean nextBlock() throws IOException;

    @Override
    public final int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public final int read(byte[] target, int at, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (from == to) {
            if (ended || !nextBlock()) {
                ended = true;
                return -1;
            }
        }
        int step = Math.min(length, to - from);
        System.arraycopy(block, from, target, at, step);
        from += step;
        return step;
    }

    static int nextByte(InputStream in) throws IOException {
        int value = in.read();
        if (value < 0) {
            throw new EOFException("cut short");
        }
        return value;
    }

    static int bigEndian(InputStream in) throws IOException {
        return nextByte(in) << 24 | nextByte(in) << 16 | nextByte(in) << 8 | nextByte(in);
    }

    static void readFully(InputStream in, byte[] target, int length) throws IOException {
        if (in.readNBytes(target, 0, length) < length) {
            throw new EOFException("cut short");
        }
    }
}
