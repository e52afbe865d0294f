/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.content;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The first bytes of a stream, which is closed with it. */
public final class BoundedInput extends FilterInputStream {
    private long left;

    /**
     * @param in where the bytes come from
     * @param size most bytes to give
     */
    public BoundedInput(InputStream in, long size) {
        super(in);
        left = size;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        int got = left == 0 ? -1 : in.read(target, from, (int) Math.min(length, left));
        if (got > 0) {
            left -= got;
        }
        return got;
    }

    @Override
    public long skip(long count) throws IOException {
        long done = in.skip(Math.min(count, left));
        left -= done;
        return done;
    }

    @Override
    public int available() throws IOException {
        return (int) Math.min(in.available(), left);
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
