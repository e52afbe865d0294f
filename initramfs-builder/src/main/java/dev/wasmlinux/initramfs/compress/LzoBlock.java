/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.compress;

import java.io.IOException;
import java.util.Arrays;

/**
 * The LZO1X bit stream as the kernel's {@code Documentation/staging/lzo.rst} describes it.
 *
 * <p>Matches have three encodings by distance: up to 2 KiB and 8 bytes in two bytes, up to 16 KiB
 * in three, up to 48 KiB in three with another mark; the low two bits before the next instruction
 * count literals that follow.
 */
final class LzoBlock {
    private static final int HASH_BITS = 14;
    private static final int MIN_MATCH = 4;
    private static final int NEAR = 0x800;
    private static final int MIDDLE = 0x4000;
    private static final int FAR = 0xbfff;

    private final int[] table = new int[1 << HASH_BITS];
    private byte[] out;
    private int used;

    /** Most bytes that a block of this many can become. */
    static int bound(int length) {
        return length + length / 16 + 64 + 3;
    }

    /** Encodes a block into {@code target}, which has room for {@link #bound}. */
    int encode(byte[] source, int length, byte[] target) {
        out = target;
        used = 0;
        Arrays.fill(table, -1);
        int anchor = 0;
        int at = 0;
        int misses = 0;
        while (at + MIN_MATCH <= length) {
            int hash = hash(source, at);
            int candidate = table[hash];
            table[hash] = at;
            if (candidate < 0 || at - candidate > FAR) {
                at += 1 + (misses++ >> 6);
                continue;
            }
            int same = common(source, candidate, at, length);
            if (same < MIN_MATCH) {
                at += 1 + (misses++ >> 6);
                continue;
            }
            misses = 0;
            literals(source, anchor, at - anchor);
            match(at - candidate, same);
            at += same;
            anchor = at;
        }
        literals(source, anchor, length - anchor);
        // A far match of distance zero ends the stream.
        out[used++] = 17;
        out[used++] = 0;
        out[used++] = 0;
        return used;
    }

    private static int hash(byte[] b, int at) {
        int word =
                b[at] & 0xff | (b[at + 1] & 0xff) << 8 | (b[at + 2] & 0xff) << 16 | b[at + 3] << 24;
        return word * 0x9e3779b1 >>> 32 - HASH_BITS;
    }

    private static int common(byte[] b, int earlier, int at, int limit) {
        int end = Arrays.mismatch(b, earlier, earlier + (limit - at), b, at, limit);
        return end < 0 ? limit - at : end;
    }

    private void literals(byte[] source, int from, int count) {
        if (count == 0) {
            return;
        }
        if (used == 0 && count <= 238) {
            out[used++] = (byte) (17 + count);
        } else if (used > 0 && count <= 3) {
            out[used - 2] |= (byte) count;
        } else if (count <= 18) {
            out[used++] = (byte) (count - 3);
        } else {
            out[used++] = 0;
            run(count - 18);
        }
        System.arraycopy(source, from, out, used, count);
        used += count;
    }

    private void run(int count) {
        int left = count;
        while (left > 255) {
            out[used++] = 0;
            left -= 255;
        }
        out[used++] = (byte) left;
    }

    private void match(int distance, int length) {
        if (distance <= NEAR && length <= 8) {
            int d = distance - 1;
            out[used++] = (byte) (length - 1 << 5 | (d & 7) << 2);
            out[used++] = (byte) (d >> 3);
            return;
        }
        int d;
        if (distance <= MIDDLE) {
            d = distance - 1;
            if (length <= 33) {
                out[used++] = (byte) (32 | length - 2);
            } else {
                out[used++] = 32;
                run(length - 33);
            }
        } else {
            d = distance - MIDDLE;
            int mark = 16 | d >> 11 & 8;
            if (length <= 9) {
                out[used++] = (byte) (mark | length - 2);
            } else {
                out[used++] = (byte) mark;
                run(length - 9);
            }
        }
        out[used++] = (byte) (d << 2);
        out[used++] = (byte) ((d & 0x3fff) >> 6);
    }

    /** Decodes one block; not reusable. */
    static final class Decoder {
        private final byte[] source;
        private final int length;
        private final byte[] target;
        private final int limit;
        private int in;
        private int to;

        Decoder(byte[] source, int length, byte[] target, int limit) {
            this.source = source;
            this.length = length;
            this.target = target;
            this.limit = limit;
        }

        /**
         * Decodes everything.
         *
         * @return number of bytes put into the target
         * @throws IOException if the block is damaged or larger than the limit
         */
        int decode() throws IOException {
            int state = 0;
            int first = source[0] & 0xff;
            if (length > 0 && first > 17) {
                in = 1;
                copyLiterals(first - 17);
                state = Math.min(first - 17, 4);
            }
            while (true) {
                int code = next();
                int distance;
                int count;
                int trailing;
                if (code < 16) {
                    if (state == 0) {
                        copyLiterals(code == 0 ? 18 + run() : code + 3);
                        state = 4;
                        continue;
                    }
                    trailing = code & 3;
                    distance = (code >> 2) + (next() << 2) + (state == 4 ? 1 + NEAR : 1);
                    count = state == 4 ? 3 : 2;
                } else if (code >= 64) {
                    trailing = code & 3;
                    distance = 1 + (code >> 2 & 7) + (next() << 3);
                    count = (code >> 5) + 1;
                } else {
                    boolean middle = code >= 32;
                    int mask = middle ? 31 : 7;
                    count = (code & mask) == 0 ? 2 + mask + run() : (code & mask) + 2;
                    int word = next() | next() << 8;
                    trailing = word & 3;
                    if (middle) {
                        distance = 1 + (word >> 2);
                    } else {
                        distance = ((code & 8) << 11) + (word >> 2);
                        if (distance == 0) {
                            if (count != 3 || in != length) {
                                throw new IOException("end mark inside the block");
                            }
                            return to;
                        }
                        distance += MIDDLE;
                    }
                }
                if (distance > to || count > limit - to) {
                    throw new IOException("match leaves the block");
                }
                Lz4Block.copyMatch(target, to, distance, count);
                to += count;
                copyLiterals(trailing);
                state = trailing;
            }
        }

        private int next() throws IOException {
            if (in >= length) {
                throw new IOException("block without end mark");
            }
            return source[in++] & 0xff;
        }

        private int run() throws IOException {
            int count = 0;
            int step = next();
            while (step == 0) {
                count += 255;
                if (count > limit) {
                    throw new IOException("run leaves the block");
                }
                step = next();
            }
            return count + step;
        }

        private void copyLiterals(int count) throws IOException {
            if (count > length - in || count > limit - to) {
                throw new IOException("literals leave the block");
            }
            System.arraycopy(source, in, target, to, count);
            in += count;
            to += count;
        }
    }
}
