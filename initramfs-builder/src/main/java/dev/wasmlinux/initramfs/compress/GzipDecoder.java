/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.compress;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** One gzip member (RFC 1952), to its last byte and no further. */
final class GzipDecoder extends InputStream {
    private static final int HEADER_CRC = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;

    private final RawInput raw;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private boolean ended;

    GzipDecoder(RawInput raw) throws IOException {
        this.raw = raw;
        require(0x1f, "magic");
        require(0x8b, "magic");
        require(8, "method");
        int flags = next();
        for (int i = 0; i < 6; i++) {
            next();
        }
        if ((flags & EXTRA) != 0) {
            int length = next() | next() << 8;
            for (int i = 0; i < length; i++) {
                next();
            }
        }
        if ((flags & NAME) != 0) {
            skipText();
        }
        if ((flags & COMMENT) != 0) {
            skipText();
        }
        if ((flags & HEADER_CRC) != 0) {
            next();
            next();
        }
    }

    private void require(int value, String field) throws IOException {
        if (next() != value) {
            throw new IOException("wrong " + field);
        }
    }

    private void skipText() throws IOException {
        while (next() != 0) {
            // Ends at a NUL.
        }
    }

    private int next() throws IOException {
        int value = raw.read();
        if (value < 0) {
            throw new EOFException("cut short");
        }
        return value;
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
        while (!ended) {
            if (!raw.fill()) {
                throw new EOFException("cut short");
            }
            int there = raw.available();
            inflater.setInput(raw.buffer(), raw.bufferFrom(), there);
            int got;
            try {
                got = inflater.inflate(target, from, length);
            } catch (DataFormatException e) {
                throw new IOException(e.getMessage(), e);
            }
            raw.consume(there - inflater.getRemaining());
            crc.update(target, from, got);
            if (inflater.finished()) {
                finish();
            } else if (inflater.needsDictionary()) {
                throw new IOException("asks for a dictionary");
            }
            if (got > 0) {
                return got;
            }
        }
        return -1;
    }

    private void finish() throws IOException {
        ended = true;
        long size = inflater.getBytesWritten();
        inflater.end();
        if (littleEndian() != (int) crc.getValue()) {
            throw new IOException("wrong CRC");
        }
        if (littleEndian() != (int) size) {
            throw new IOException("wrong length");
        }
    }

    private int littleEndian() throws IOException {
        return next() | next() << 8 | next() << 16 | next() << 24;
    }

    @Override
    public void close() {
        inflater.end();
    }
}
