/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.compress;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.CRC32;

/** A gzip member without name and time (RFC 1952), so that equal data gives equal bytes. */
final class GzipEncoder extends OutputStream {
    private static final byte[] HEADER = {
        0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 /* made on Unix */
    };

    private final OutputStream out;
    private final DeflateEncoder deflater;
    private int size;
    private final CRC32 crc = new CRC32();
    private boolean closed;

    GzipEncoder(OutputStream out, int level) throws IOException {
        this.out = out;
        this.deflater = new DeflateEncoder(out, level);
        byte[] header = HEADER.clone();
        header[8] = (byte) (level == 9 ? 2 : level == 1 ? 4 : 0);
        out.write(header);
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        if (length == 0) {
            return;
        }
        crc.update(bytes, from, length);
        size += length;
        deflater.write(bytes, from, length);
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            deflater.finish();
            littleEndian((int) crc.getValue());
            littleEndian(size);
        } finally {
            out.close();
        }
    }

    private void littleEndian(int value) throws IOException {
        out.write(
                new byte[] {
                    (byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)
                });
    }
}
