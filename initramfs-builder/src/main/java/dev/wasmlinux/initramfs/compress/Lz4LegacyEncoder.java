/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.compress;

import java.io.IOException;
import java.io.OutputStream;

/**
 * The legacy lz4 frame that {@code lib/decompress_unlz4.c} reads: a magic, then blocks of 8 MiB of
 * data with their compressed length before them.
 */
final class Lz4LegacyEncoder extends BlockOutput {
    static final int BLOCK = 8 << 20;
    static final int MAGIC = 0x184c2102;

    private final Lz4Block codec;
    private byte[] packed = new byte[0];

    Lz4LegacyEncoder(OutputStream out, int level) throws IOException {
        super(out, BLOCK);
        codec = new Lz4Block(level);
        littleEndian(MAGIC);
    }

    @Override
    void block(byte[] bytes, int length) throws IOException {
        if (packed.length < Lz4Block.bound(length)) {
            packed = new byte[Lz4Block.bound(length)];
        }
        int size = codec.encode(bytes, length, packed);
        littleEndian(size);
        out.write(packed, 0, size);
    }

    @Override
    void end() {}

    private void littleEndian(int value) throws IOException {
        out.write(
                new byte[] {
                    (byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)
                });
    }
}
