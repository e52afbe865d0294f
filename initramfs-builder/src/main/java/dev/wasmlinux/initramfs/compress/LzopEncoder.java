/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.compress;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.Adler32;

/**
 * The file format of lzop as far as {@code lib/decompress_unlzo.c} reads it: blocks of 256 KiB with
 * one checksum each, no name, no time.
 */
final class LzopEncoder extends BlockOutput {
    static final int BLOCK = 256 << 10;
    static final byte[] MAGIC = {(byte) 0x89, 'L', 'Z', 'O', 0, '\r', '\n', 0x1a, '\n'};

    /** Each block carries the Adler-32 of its data. */
    static final int FLAG_DATA_SUM = 1;

    private static final int FLAG_UNIX = 0x0300_0000;
    private static final int VERSION = 0x1030;
    private static final int LIBRARY_VERSION = 0x20a0;
    private static final int VERSION_NEEDED = 0x0940;
    private static final int METHOD_LZO1X_1 = 1;
    private static final int LEVEL = 3;

    private final LzoBlock codec = new LzoBlock();
    private final byte[] packed = new byte[LzoBlock.bound(BLOCK)];

    LzopEncoder(OutputStream out) throws IOException {
        super(out, BLOCK);
        ByteArrayOutputStream fields = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(fields);
        data.writeShort(VERSION);
        data.writeShort(LIBRARY_VERSION);
        data.writeShort(VERSION_NEEDED);
        data.writeByte(METHOD_LZO1X_1);
        data.writeByte(LEVEL);
        data.writeInt(FLAG_UNIX | FLAG_DATA_SUM);
        data.writeInt(0100644);
        data.writeLong(0);
        data.writeByte(0);
        out.write(MAGIC);
        out.write(fields.toByteArray());
        bigEndian(sum(fields.toByteArray(), fields.size()));
    }

    @Override
    void block(byte[] bytes, int length) throws IOException {
        int size = codec.encode(bytes, length, packed);
        boolean stored = size >= length;
        bigEndian(length);
        bigEndian(stored ? length : size);
        bigEndian(sum(bytes, length));
        out.write(stored ? bytes : packed, 0, stored ? length : size);
    }

    @Override
    void end() throws IOException {
        bigEndian(0);
    }

    static int sum(byte[] bytes, int length) {
        Adler32 sum = new Adler32();
        sum.update(bytes, 0, length);
        return (int) sum.getValue();
    }

    private void bigEndian(int value) throws IOException {
        out.write(
                new byte[] {
                    (byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value
                });
    }
}
