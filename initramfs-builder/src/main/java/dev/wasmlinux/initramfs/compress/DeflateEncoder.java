/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.compress;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Deflate (RFC 1951) in Java. {@link java.util.zip.Deflater} hands over to whatever zlib the
 * machine has, whose bytes differ between zlib, zlib-ng and others; an image must not.
 */
final class DeflateEncoder {
    private static final int WINDOW = 1 << 15;
    private static final int STEP = 1 << 16;
    private static final int LIMIT = WINDOW + STEP;
    private static final int MAX_MATCH = 258;
    private static final int MIN_MATCH = 3;
    private static final int HASH_BITS = 15;
    private static final int END = 256;
    private static final int MAX_STORED = 65535;
    private static final int[] LENGTH_ORDER = {
        16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15
    };

    /** By level: places tried, length that is good enough, whether the next byte is tried too. */
    private static final int[][] EFFORT = {
        {0, 0, 0},
        {4, 8, 0},
        {8, 16, 0},
        {16, 32, 0},
        {16, 32, 1},
        {32, 64, 1},
        {96, 128, 1},
        {192, 192, 1},
        {768, 258, 1},
        {3072, 258, 1}
    };

    private static final HuffmanCode FIXED_LITERALS = HuffmanCode.ofLengths(fixedLengths());
    private static final HuffmanCode FIXED_DISTANCES;

    static {
        int[] five = new int[30];
        Arrays.fill(five, 5);
        FIXED_DISTANCES = HuffmanCode.ofLengths(five);
    }

    private final OutputStream out;
    private final int attempts;
    private final int nice;
    private final boolean lazy;
    private final byte[] buffer = new byte[LIMIT + MAX_MATCH];
    private final int[] head = new int[1 << HASH_BITS];
    private final int[] chain = new int[WINDOW];
    private final int[] symbols = new int[LIMIT + 1];
    private final int[] literals = new int[286];
    private final int[] distances = new int[30];
    private int count;
    private int at;
    private int end;
    private int blockStart;
    private int foundLength;
    private int foundDistance;
    private final byte[] packed = new byte[8192];
    private int packedSize;
    private long bits;
    private int bitCount;

    DeflateEncoder(OutputStream out, int level) {
        this.out = out;
        this.attempts = EFFORT[level][0];
        this.nice = EFFORT[level][1];
        this.lazy = EFFORT[level][2] == 1;
        Arrays.fill(head, -1);
        Arrays.fill(chain, -1);
    }

    private static int[] fixedLengths() {
        int[] lengths = new int[288];
        Arrays.fill(lengths, 0, 144, 8);
        Arrays.fill(lengths, 144, 256, 9);
        Arrays.fill(lengths, 256, 280, 7);
        Arrays.fill(lengths, 280, 288, 8);
        return lengths;
    }

    void write(byte[] bytes, int from, int length) throws IOException {
        int next = from;
        int left = length;
        while (left > 0) {
            int step = Math.min(left, buffer.length - end);
            System.arraycopy(bytes, next, buffer, end, step);
            end += step;
            next += step;
            left -= step;
            if (end == buffer.length) {
                parse(LIMIT);
                block(false);
                slide();
            }
        }
    }

    /** Writes the rest and the end of the stream. */
    void finish() throws IOException {
        parse(end);
        block(true);
        if (bitCount > 0) {
            putBits(0, -bitCount & 7);
        }
        drain();
    }

    private void slide() {
        System.arraycopy(buffer, STEP, buffer, 0, end - STEP);
        end -= STEP;
        at -= STEP;
        blockStart -= STEP;
        for (int i = 0; i < head.length; i++) {
            head[i] = Math.max(-1, head[i] - STEP);
        }
        for (int i = 0; i < chain.length; i++) {
            chain[i] = Math.max(-1, chain[i] - STEP);
        }
    }

    /** Turns bytes into literals and matches, up to a place that a match may pass. */
    private void parse(int limit) {
        while (at < limit) {
            find(at, MIN_MATCH - 1);
            insert(at);
            int length = foundLength;
            int distance = foundDistance;
            while (lazy && length >= MIN_MATCH && length < nice && at + 1 < limit) {
                find(at + 1, length);
                if (foundLength <= length) {
                    break;
                }
                literal(at);
                at++;
                insert(at);
                length = foundLength;
                distance = foundDistance;
            }
            if (length < MIN_MATCH || length == MIN_MATCH && distance > 4096) {
                literal(at);
                at++;
                continue;
            }
            match(length, distance);
            for (int i = at + 1; i < at + length; i++) {
                insert(i);
            }
            at += length;
        }
    }

    private int hash(int place) {
        int word =
                (buffer[place] & 0xff) << 16
                        | (buffer[place + 1] & 0xff) << 8
                        | buffer[place + 2] & 0xff;
        return word * 0x9e3779b1 >>> 32 - HASH_BITS;
    }

    private void insert(int place) {
        if (place + MIN_MATCH <= end) {
            int hash = hash(place);
            chain[place & WINDOW - 1] = head[hash];
            head[hash] = place;
        }
    }

    /** Looks for a match longer than one that is there already. */
    private void find(int place, int better) {
        foundLength = 0;
        int most = Math.min(MAX_MATCH, end - place);
        if (most <= better || most < MIN_MATCH) {
            return;
        }
        int best = better;
        int candidate = head[hash(place)];
        for (int i = 0; i < attempts && candidate >= 0 && place - candidate < WINDOW; i++) {
            if (buffer[candidate + best] == buffer[place + best]) {
                int same =
                        Arrays.mismatch(
                                buffer, candidate, candidate + most, buffer, place, place + most);
                same = same < 0 ? most : same;
                if (same > best) {
                    best = same;
                    foundLength = same;
                    foundDistance = place - candidate;
                    if (same >= nice || same == most) {
                        return;
                    }
                }
            }
            int next = chain[candidate & WINDOW - 1];
            candidate = next < candidate ? next : -1;
        }
    }

    private void literal(int place) {
        int value = buffer[place] & 0xff;
        literals[value]++;
        symbols[count++] = value;
    }

    private void match(int length, int distance) {
        literals[lengthCode(length)]++;
        distances[distanceCode(distance)]++;
        symbols[count++] = distance << 16 | length;
    }

    private static int lengthCode(int length) {
        int rest = length - MIN_MATCH;
        if (length == MAX_MATCH) {
            return 285;
        }
        if (rest < 8) {
            return 257 + rest;
        }
        int extra = lengthExtra(length);
        return 261 + 4 * extra + (rest >> extra & 3);
    }

    private static int lengthExtra(int length) {
        int rest = length - MIN_MATCH;
        return rest < 8 || length == MAX_MATCH ? 0 : 29 - Integer.numberOfLeadingZeros(rest);
    }

    private static int distanceCode(int distance) {
        int rest = distance - 1;
        if (rest < 4) {
            return rest;
        }
        int extra = distanceExtra(distance);
        return 2 * extra + (rest >> extra);
    }

    private static int distanceExtra(int distance) {
        int rest = distance - 1;
        return rest < 4 ? 0 : 30 - Integer.numberOfLeadingZeros(rest);
    }

    /** Writes the symbols so far as the cheapest kind of block. */
    private void block(boolean last) throws IOException {
        literals[END]++;
        HuffmanCode literalCode = HuffmanCode.ofFrequencies(literals, 15);
        HuffmanCode distanceCode = HuffmanCode.ofFrequencies(distances, 15);
        CodeLengths header = new CodeLengths(literalCode.lengths(), distanceCode.lengths());
        long extra = extraBits();
        long dynamic =
                header.cost() + literalCode.cost(literals) + distanceCode.cost(distances) + extra;
        long fixed = FIXED_LITERALS.cost(literals) + FIXED_DISTANCES.cost(distances) + extra;
        int size = at - blockStart;
        long stored = 8L * size + 40L * (1 + size / MAX_STORED);
        if (stored < dynamic && stored < fixed) {
            stored(last);
        } else if (fixed <= dynamic) {
            putBits((last ? 1 : 0) | 1 << 1, 3);
            symbols(FIXED_LITERALS, FIXED_DISTANCES);
        } else {
            putBits((last ? 1 : 0) | 2 << 1, 3);
            header.write();
            symbols(literalCode, distanceCode);
        }
        count = 0;
        blockStart = at;
        Arrays.fill(literals, 0);
        Arrays.fill(distances, 0);
    }

    private long extraBits() {
        long total = 0;
        for (int code = 265; code < 285; code++) {
            total += (long) literals[code] * ((code - 261) / 4);
        }
        for (int code = 4; code < 30; code++) {
            total += (long) distances[code] * ((code - 2) / 2);
        }
        return total;
    }

    private void stored(boolean last) throws IOException {
        int from = blockStart;
        do {
            int size = Math.min(MAX_STORED, at - from);
            putBits(last && from + size == at ? 1 : 0, 3);
            putBits(0, -bitCount & 7);
            putBits(size, 16);
            putBits(~size & 0xffff, 16);
            for (int i = from; i < from + size; i++) {
                putBits(buffer[i] & 0xff, 8);
            }
            from += size;
        } while (from < at);
    }

    private void symbols(HuffmanCode literalCode, HuffmanCode distanceCode) throws IOException {
        for (int i = 0; i < count; i++) {
            int symbol = symbols[i];
            int distance = symbol >>> 16;
            if (distance == 0) {
                putBits(literalCode.code(symbol), literalCode.length(symbol));
                continue;
            }
            int length = symbol & 0xffff;
            int code = lengthCode(length);
            putBits(literalCode.code(code), literalCode.length(code));
            int extra = lengthExtra(length);
            putBits(length - MIN_MATCH & (1 << extra) - 1, extra);
            code = distanceCode(distance);
            putBits(distanceCode.code(code), distanceCode.length(code));
            extra = distanceExtra(distance);
            putBits(distance - 1 & (1 << extra) - 1, extra);
        }
        putBits(literalCode.code(END), literalCode.length(END));
    }

    private void putBits(int value, int size) throws IOException {
        bits |= (long) value << bitCount;
        bitCount += size;
        while (bitCount >= 8) {
            if (packedSize == packed.length) {
                drain();
            }
            packed[packedSize++] = (byte) bits;
            bits >>>= 8;
            bitCount -= 8;
        }
    }

    private void drain() throws IOException {
        out.write(packed, 0, packedSize);
        packedSize = 0;
    }

    /** The lengths of both codes as the header of a dynamic block (section 3.2.7). */
    private final class CodeLengths {
        private final int[] items = new int[286 + 30];
        private final int[] repeats = new int[286 + 30];
        private final int[] frequencies = new int[19];
        private final int literalCount;
        private final int distanceCount;
        private final HuffmanCode code;
        private int size;

        CodeLengths(int[] literalLengths, int[] distanceLengths) {
            literalCount = trimmed(literalLengths, 257);
            distanceCount = trimmed(distanceLengths, 1);
            int[] all = Arrays.copyOf(literalLengths, literalCount + distanceCount);
            System.arraycopy(distanceLengths, 0, all, literalCount, distanceCount);
            for (int i = 0; i < all.length; ) {
                int same = 1;
                while (i + same < all.length && all[i + same] == all[i]) {
                    same++;
                }
                i += same;
                run(all[i - same], same);
            }
            code = HuffmanCode.ofFrequencies(frequencies, 7);
        }

        private static int trimmed(int[] lengths, int least) {
            int used = lengths.length;
            while (used > least && lengths[used - 1] == 0) {
                used--;
            }
            return used;
        }

        private void run(int length, int same) {
            int left = same;
            if (length != 0) {
                item(length, 0);
                left--;
            }
            while (left > 0) {
                if (left < 3) {
                    item(length, 0);
                    left--;
                } else if (length != 0) {
                    int step = Math.min(left, 6);
                    item(16, step - 3);
                    left -= step;
                } else if (left <= 10) {
                    item(17, left - 3);
                    left = 0;
                } else {
                    int step = Math.min(left, 138);
                    item(18, step - 11);
                    left -= step;
                }
            }
        }

        private void item(int symbol, int repeat) {
            items[size] = symbol;
            repeats[size++] = repeat;
            frequencies[symbol]++;
        }

        private int orderCount() {
            int used = LENGTH_ORDER.length;
            while (used > 4 && code.length(LENGTH_ORDER[used - 1]) == 0) {
                used--;
            }
            return used;
        }

        long cost() {
            return 14
                    + 3L * orderCount()
                    + code.cost(frequencies)
                    + 2L * frequencies[16]
                    + 3L * frequencies[17]
                    + 7L * frequencies[18];
        }

        void write() throws IOException {
            putBits(literalCount - 257, 5);
            putBits(distanceCount - 1, 5);
            putBits(orderCount() - 4, 4);
            for (int i = 0; i < orderCount(); i++) {
                putBits(code.length(LENGTH_ORDER[i]), 3);
            }
            for (int i = 0; i < size; i++) {
                putBits(code.code(items[i]), code.length(items[i]));
                int extra = items[i] == 16 ? 2 : items[i] == 17 ? 3 : items[i] == 18 ? 7 : 0;
                putBits(repeats[i], extra);
            }
        }
    }
}
