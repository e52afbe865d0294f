/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.compress;

import java.io.IOException;
import java.io.InputStream;

/**
 * Passes on exactly one zstd frame by following its blocks (RFC 8878, section 3.1.1), as decoders
 * read ahead.
 */
public final class ZstdFrame extends InputStream {
    private final RawInput raw;
    private final byte[] header;
    private final long window;
    private final boolean checksum;
    private int headerAt;
    private long left;
    private boolean lastBlock;
    private boolean trailed;
    private byte[] blockHeader = new byte[0];
    private int blockHeaderAt;

    /** Reads the frame's header. */
    public ZstdFrame(RawInput raw) throws IOException {
        this.raw = raw;
        byte[] start = raw.peek(18);
        if (start.length < 6
                || start[0] != 0x28
                || start[1] != (byte) 0xb5
                || start[2] != 0x2f
                || start[3] != (byte) 0xfd) {
            throw new IOException("no zstd frame");
        }
        int descriptor = start[4];
        boolean single = (descriptor & 0x20) != 0;
        checksum = (descriptor & 4) != 0;
        int dictionary = new int[] {0, 1, 2, 4}[descriptor & 3];
        int sizeField = new int[] {single ? 1 : 0, 2, 4, 8}[descriptor >> 6 & 3];
        int at = 5 + (single ? 0 : 1);
        int length = at + dictionary + sizeField;
        if (start.length < length) {
            throw new IOException("frame header cut short");
        }
        for (int i = 0; i < dictionary; i++) {
            if (start[at + i] != 0) {
                throw new IOException("frame needs a dictionary");
            }
        }
        if (single) {
            long size = sizeField == 2 ? 256 : 0;
            for (int i = 0; i < sizeField; i++) {
                size += (start[at + dictionary + i] & 0xffL) << 8 * i;
            }
            window = size < 0 ? Long.MAX_VALUE : size;
        } else {
            int exponent = (start[5] & 0xff) >> 3;
            long base = 1L << 10 + exponent;
            window = base + (base >> 3) * (start[5] & 7);
        }
        header = raw.readNBytes(length);
    }

    /** Window that the decoder needs, in bytes. */
    public long window() {
        return window;
    }

    /** Whether the last byte of the frame was passed on. */
    boolean complete() {
        return trailed && left == 0;
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
        if (headerAt < header.length) {
            int step = Math.min(length, header.length - headerAt);
            System.arraycopy(header, headerAt, target, from, step);
            headerAt += step;
            return step;
        }
        while (true) {
            if (blockHeaderAt < blockHeader.length) {
                target[from] = blockHeader[blockHeaderAt++];
                return 1;
            }
            if (left > 0) {
                int got = raw.read(target, from, (int) Math.min(length, left));
                if (got > 0) {
                    left -= got;
                }
                return got;
            }
            if (trailed) {
                return -1;
            }
            if (lastBlock) {
                trailed = true;
                left = checksum ? 4 : 0;
                continue;
            }
            if (!nextBlock()) {
                return -1;
            }
        }
    }

    private boolean nextBlock() throws IOException {
        byte[] bytes = raw.readNBytes(3);
        if (bytes.length < 3) {
            return false;
        }
        blockHeader = bytes;
        blockHeaderAt = 0;
        int value = bytes[0] & 0xff | (bytes[1] & 0xff) << 8 | (bytes[2] & 0xff) << 16;
        lastBlock = (value & 1) != 0;
        int type = value >> 1 & 3;
        if (type == 3) {
            throw new IOException("reserved block type");
        }
        left = type == 1 ? 1 : value >> 3;
        return true;
    }
}
