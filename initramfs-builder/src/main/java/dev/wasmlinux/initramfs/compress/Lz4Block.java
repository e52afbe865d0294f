/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.compress;

import java.io.IOException;
import java.util.Arrays;

/**
 * The lz4 block format: sequences of literals and a match, lengths in a token's two halves with
 * 255s behind, offsets of 16 bits (lz4's {@code doc/lz4_Block_format.md}).
 */
final class Lz4Block {
    private static final int MIN_MATCH = 4;
    private static final int LAST_LITERALS = 5;
    private static final int NO_MATCH_WITHIN = 12;
    private static final int WINDOW = 1 << 16;
    private static final int HASH_BITS = 16;

    private final int[] head = new int[1 << HASH_BITS];
    private final int[] chain = new int[WINDOW];
    private final int attempts;
    private byte[] out;
    private int used;

    /**
     * @param level 1 looks at one earlier place, each further level at twice as many
     */
    Lz4Block(int level) {
        attempts = 1 << (level - 1);
    }

    /** Most bytes that a block of this many can become. */
    static int bound(int length) {
        return length + length / 255 + 16;
    }

    /**
     * Encodes a block.
     *
     * @return number of bytes put into {@code target}, which has room for {@link #bound}
     */
    int encode(byte[] source, int length, byte[] target) {
        out = target;
        used = 0;
        Arrays.fill(head, -1);
        int anchor = 0;
        int at = 0;
        int misses = 0;
        int lastStart = length - NO_MATCH_WITHIN;
        while (at <= lastStart) {
            int place = -1;
            int best = MIN_MATCH - 1;
            int hash = hash(source, at);
            int candidate = head[hash];
            for (int i = 0; i < attempts && candidate >= 0 && at - candidate < WINDOW; i++) {
                int same = common(source, candidate, at, length - LAST_LITERALS);
                if (same > best) {
                    best = same;
                    place = candidate;
                }
                int next = chain[candidate & WINDOW - 1];
                candidate = next < candidate ? next : -1;
            }
            insert(at, hash);
            if (place < 0) {
                misses++;
                at += attempts == 1 ? 1 + (misses >> 6) : 1;
                continue;
            }
            misses = 0;
            sequence(source, anchor, at - anchor, at - place, best);
            int end = at + best;
            // A run inserts only its first places: equal ones further on would make long chains.
            for (int i = at + 1; i < end && i <= lastStart && i < at + 64; i++) {
                insert(i, hash(source, i));
            }
            at = end;
            anchor = end;
        }
        lastLiterals(source, anchor, length - anchor);
        return used;
    }

    private void insert(int at, int hash) {
        chain[at & WINDOW - 1] = head[hash];
        head[hash] = at;
    }

    private static int word(byte[] b, int at) {
        return b[at] & 0xff | (b[at + 1] & 0xff) << 8 | (b[at + 2] & 0xff) << 16 | b[at + 3] << 24;
    }

    private static int hash(byte[] b, int at) {
        return word(b, at) * 0x9e3779b1 >>> 32 - HASH_BITS;
    }

    private static int common(byte[] b, int earlier, int at, int limit) {
        int end = Arrays.mismatch(b, earlier, earlier + (limit - at), b, at, limit);
        return end < 0 ? limit - at : end;
    }

    private void sequence(byte[] source, int from, int literals, int offset, int match) {
        int rest = match - MIN_MATCH;
        out[used++] = (byte) (Math.min(literals, 15) << 4 | Math.min(rest, 15));
        extra(literals);
        System.arraycopy(source, from, out, used, literals);
        used += literals;
        out[used++] = (byte) offset;
        out[used++] = (byte) (offset >> 8);
        extra(rest);
    }

    private void lastLiterals(byte[] source, int from, int literals) {
        out[used++] = (byte) (Math.min(literals, 15) << 4);
        extra(literals);
        System.arraycopy(source, from, out, used, literals);
        used += literals;
    }

    private void extra(int length) {
        if (length < 15) {
            return;
        }
        int left = length - 15;
        while (left >= 255) {
            out[used++] = (byte) 255;
            left -= 255;
        }
        out[used++] = (byte) left;
    }

    /**
     * Decodes a block.
     *
     * @return number of bytes put into {@code target}
     * @throws IOException if the block is damaged or larger than {@code target}
     */
    static int decode(byte[] source, int length, byte[] target) throws IOException {
        int in = 0;
        int to = 0;
        while (in < length) {
            int token = source[in++] & 0xff;
            int literals = token >> 4;
            if (literals == 15) {
                int step;
                do {
                    if (in >= length || literals > target.length) {
                        throw new IOException("literal length leaves the block");
                    }
                    step = source[in++] & 0xff;
                    literals += step;
                } while (step == 255);
            }
            if (literals > length - in || literals > target.length - to) {
                throw new IOException("literals leave the block");
            }
            System.arraycopy(source, in, target, to, literals);
            in += literals;
            to += literals;
            if (in == length) {
                return to;
            }
            if (length - in < 2) {
                throw new IOException("match leaves the block");
            }
            int offset = source[in] & 0xff | (source[in + 1] & 0xff) << 8;
            in += 2;
            int match = (token & 15) + MIN_MATCH;
            if ((token & 15) == 15) {
                int step;
                do {
                    if (in >= length || match > target.length) {
                        throw new IOException("match length leaves the block");
                    }
                    step = source[in++] & 0xff;
                    match += step;
                } while (step == 255);
            }
            if (offset == 0 || offset > to || match > target.length - to) {
                throw new IOException("match leaves the block");
            }
            copyMatch(target, to, offset, match);
            to += match;
        }
        throw new IOException("block without last literals");
    }

    /** Copies from {@code offset} bytes before; the ranges may overlap and then repeat. */
    static void copyMatch(byte[] target, int to, int offset, int length) {
        if (offset >= length) {
            System.arraycopy(target, to - offset, target, to, length);
            return;
        }
        for (int i = 0; i < length; i++) {
            target[to + i] = target[to + i - offset];
        }
    }
}
