/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.compress;

import java.io.IOException;
import java.util.Arrays;

/** Reads an lzop file as {@code lib/decompress_unlzo.c} does, and checks the sums it skips. */
final class LzopDecoder extends BlockInput {
    private static final int FLAG_FILTER = 0x800;
    private static final int CHECKSUMS = 0x1 | 0x2 | 0x100 | 0x200;

    private final RawInput raw;
    private final byte[] packed = new byte[LzopEncoder.BLOCK];
    private final byte[] plain = new byte[LzopEncoder.BLOCK];

    LzopDecoder(RawInput raw) throws IOException {
        this.raw = raw;
        byte[] magic = new byte[LzopEncoder.MAGIC.length];
        readFully(raw, magic, magic.length);
        if (!Arrays.equals(magic, LzopEncoder.MAGIC)) {
            throw new IOException("no lzop file");
        }
        int version = nextByte(raw) << 8 | nextByte(raw);
        boolean long9 = version >= 0x0940;
        skip(5 + (long9 ? 1 : 0));
        int flags = bigEndian(raw);
        if ((flags & FLAG_FILTER) != 0) {
            skip(4);
        }
        if ((flags & CHECKSUMS) != LzopEncoder.FLAG_DATA_SUM) {
            throw new IOException(
                    "block checksums other than the one the kernel expects (flags 0x"
                            + Integer.toHexString(flags)
                            + ")");
        }
        skip(8 + (long9 ? 4 : 0));
        skip(nextByte(raw) + 4);
    }

    private void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            nextByte(raw);
        }
    }

    @Override
    boolean nextBlock() throws IOException {
        int length = bigEndian(raw);
        if (length == 0) {
            return false;
        }
        int size = bigEndian(raw);
        int sum = bigEndian(raw);
        if (length < 0 || length > LzopEncoder.BLOCK || size <= 0 || size > length) {
            throw new IOException("block of " + size + " bytes for " + length);
        }
        readFully(raw, packed, size);
        byte[] bytes = packed;
        if (size < length) {
            bytes = plain;
            int got = new LzoBlock.Decoder(packed, size, plain, length).decode();
            if (got != length) {
                throw new IOException("block gave " + got + " bytes instead of " + length);
            }
        }
        if (LzopEncoder.sum(bytes, length) != sum) {
            throw new IOException("wrong checksum of a block");
        }
        block(bytes, length);
        return true;
    }
}
