/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.compress;

import java.io.IOException;

/** Reads legacy lz4 frames as {@code lib/decompress_unlz4.c} does, with frames back to back. */
final class Lz4LegacyDecoder extends BlockInput {
    private final RawInput raw;
    private byte[] packed = new byte[0];
    private byte[] plain = new byte[0];

    Lz4LegacyDecoder(RawInput raw) throws IOException {
        this.raw = raw;
        if (length(raw.peek(4)) != Lz4LegacyEncoder.MAGIC) {
            throw new IOException("no legacy frame");
        }
        raw.skip(4);
    }

    private static long length(byte[] b) {
        return b.length < 4
                ? -1
                : b[0] & 0xffL | (b[1] & 0xffL) << 8 | (b[2] & 0xffL) << 16 | (b[3] & 0xffL) << 24;
    }

    @Override
    boolean nextBlock() throws IOException {
        long length = length(raw.peek(4));
        while (length == Lz4LegacyEncoder.MAGIC) {
            raw.skip(4);
            length = length(raw.peek(4));
        }
        if (length <= 0) {
            return false;
        }
        if (length > Lz4Block.bound(Lz4LegacyEncoder.BLOCK)) {
            throw new IOException("block of " + length + " bytes");
        }
        raw.skip(4);
        int size = (int) length;
        if (packed.length < size) {
            // Grows with what is really there, so that a wrong length costs nothing.
            packed = raw.readNBytes(size);
            if (packed.length < size) {
                throw new java.io.EOFException("cut short");
            }
        } else {
            readFully(raw, packed, size);
        }
        if (plain.length == 0) {
            plain = new byte[Lz4LegacyEncoder.BLOCK];
        }
        block(plain, Lz4Block.decode(packed, size, plain));
        return true;
    }
}
