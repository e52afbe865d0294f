/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.compress;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** A stream that is encoded block by block. */
abstract class BlockOutput extends OutputStream {
    /** First size of the buffer, which grows to that of a block: many members are smaller. */
    private static final int SMALL = 64 << 10;

    final OutputStream out;
    private final int blockSize;
    private byte[] buffer;
    private int used;
    private boolean closed;

    BlockOutput(OutputStream out, int blockSize) {
        this.out = out;
        this.blockSize = blockSize;
        this.buffer = new byte[Math.min(blockSize, SMALL)];
    }

    /** Encodes a block; all but the last are full. */
    abstract void block(byte[] bytes, int length) throws IOException;

    /** Writes what follows the last block. */
    abstract void end() throws IOException;

    @Override
    public final void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public final void write(byte[] bytes, int from, int length) throws IOException {
        int at = from;
        int left = length;
        while (left > 0) {
            if (used == buffer.length) {
                buffer = Arrays.copyOf(buffer, Math.min(2 * used, blockSize));
            }
            int step = Math.min(left, buffer.length - used);
            System.arraycopy(bytes, at, buffer, used, step);
            used += step;
            at += step;
            left -= step;
            if (used == blockSize) {
                block(buffer, used);
                used = 0;
            }
        }
    }

    @Override
    public final void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (used > 0) {
            block(buffer, used);
        }
        end();
        out.close();
    }
}
