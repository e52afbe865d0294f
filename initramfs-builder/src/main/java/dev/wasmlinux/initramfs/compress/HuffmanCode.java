/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.compress;

import java.util.Arrays;

/** A canonical prefix code of limited length (RFC 1951, section 3.2.2). */
final class HuffmanCode {
    private final int[] lengths;
    private final int[] codes;

    private HuffmanCode(int[] lengths) {
        this.lengths = lengths;
        this.codes = assign(lengths);
    }

    /** The code with these lengths; 0 leaves a symbol out. */
    static HuffmanCode ofLengths(int[] lengths) {
        return new HuffmanCode(lengths);
    }

    /**
     * A good code for symbols of these frequencies.
     *
     * @param most longest allowed code, in bits
     */
    static HuffmanCode ofFrequencies(int[] frequencies, int most) {
        long[] used =
                java.util.stream.IntStream.range(0, frequencies.length)
                        .filter(symbol -> frequencies[symbol] > 0)
                        .mapToLong(symbol -> (long) frequencies[symbol] << 16 | symbol)
                        .sorted()
                        .toArray();
        int[] lengths = new int[frequencies.length];
        if (used.length == 1) {
            lengths[(int) used[0] & 0xffff] = 1;
        } else if (used.length > 1) {
            int[] counts = limit(depths(used), most);
            int symbol = 0;
            // The rarest symbols get the longest codes.
            for (int length = most; length > 0; length--) {
                for (int i = 0; i < counts[length]; i++) {
                    lengths[(int) used[symbol++] & 0xffff] = length;
                }
            }
        }
        return new HuffmanCode(lengths);
    }

    /** How many leaves of the tree of two queues lie at each depth. */
    private static int[] depths(long[] used) {
        int leaves = used.length;
        long[] weight = new long[2 * leaves - 1];
        int[] parent = new int[2 * leaves - 1];
        for (int i = 0; i < leaves; i++) {
            weight[i] = used[i] >> 16;
        }
        int leaf = 0;
        int inner = leaves;
        for (int next = leaves; next < weight.length; next++) {
            for (int child = 0; child < 2; child++) {
                boolean takeLeaf =
                        leaf < leaves && (inner >= next || weight[leaf] <= weight[inner]);
                int taken = takeLeaf ? leaf++ : inner++;
                weight[next] += weight[taken];
                parent[taken] = next;
            }
        }
        int[] depth = new int[weight.length];
        int[] counts = new int[leaves + 1];
        for (int node = weight.length - 2; node >= 0; node--) {
            depth[node] = depth[parent[node]] + 1;
            if (node < leaves) {
                counts[depth[node]]++;
            }
        }
        return counts;
    }

    /** Shortens what is too long, then lengthens others until the code is complete again. */
    private static int[] limit(int[] depths, int most) {
        int[] counts = new int[most + 1];
        long total = 0;
        for (int depth = 1; depth < depths.length; depth++) {
            counts[Math.min(depth, most)] += depths[depth];
        }
        for (int length = 1; length <= most; length++) {
            total += (long) counts[length] << most - length;
        }
        while (total > 1L << most) {
            int length = most - 1;
            while (counts[length] == 0) {
                length--;
            }
            counts[most]--;
            counts[length]--;
            counts[length + 1] += 2;
            total--;
        }
        return counts;
    }

    private static int[] assign(int[] lengths) {
        int[] counts = new int[17];
        for (int length : lengths) {
            counts[length]++;
        }
        counts[0] = 0;
        int[] next = new int[17];
        for (int length = 1; length < next.length; length++) {
            next[length] = next[length - 1] + counts[length - 1] << 1;
        }
        int[] codes = new int[lengths.length];
        for (int symbol = 0; symbol < lengths.length; symbol++) {
            int length = lengths[symbol];
            if (length > 0) {
                // Deflate sends codes from their highest bit, everything else from the lowest.
                codes[symbol] = Integer.reverse(next[length]++) >>> 32 - length;
            }
        }
        return codes;
    }

    int length(int symbol) {
        return lengths[symbol];
    }

    int code(int symbol) {
        return codes[symbol];
    }

    int[] lengths() {
        return Arrays.copyOf(lengths, lengths.length);
    }

    /** Bits that symbols of these frequencies take. */
    long cost(int[] frequencies) {
        long bits = 0;
        for (int symbol = 0; symbol < frequencies.length; symbol++) {
            bits += (long) frequencies[symbol] * lengths[symbol];
        }
        return bits;
    }
}
