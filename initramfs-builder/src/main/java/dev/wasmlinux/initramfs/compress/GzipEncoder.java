/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.compress;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** A gzip member without name and time (RFC 1952), so that equal data gives equal bytes. */
final class GzipEncoder extends OutputStream {
    private static final byte[] HEADER = {
        0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 /* made on Unix */
    };

    private final OutputStream out;
    private final Deflater deflater;
    private final CRC32 crc = new CRC32();
    private final byte[] buffer = new byte[32 << 10];
    private boolean closed;

    GzipEncoder(OutputStream out, int level) throws IOException {
        this.out = out;
        this.deflater = new Deflater(level, true);
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
        deflater.setInput(bytes, from, length);
        while (!deflater.needsInput()) {
            drain();
        }
    }

    private void drain() throws IOException {
        int count = deflater.deflate(buffer, 0, buffer.length);
        out.write(buffer, 0, count);
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            deflater.finish();
            while (!deflater.finished()) {
                drain();
            }
            littleEndian((int) crc.getValue());
            littleEndian((int) deflater.getBytesRead());
        } finally {
            deflater.end();
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
