/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.compress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.initramfs.Trees;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeflateEncoderTest {
    private static byte[] encode(byte[] bytes, int level, int step) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DeflateEncoder encoder = new DeflateEncoder(out, level);
        for (int at = 0; at < bytes.length; at += step) {
            encoder.write(bytes, at, Math.min(step, bytes.length - at));
        }
        encoder.finish();
        return out.toByteArray();
    }

    private static byte[] inflate(byte[] packed, int size) throws Exception {
        Inflater inflater = new Inflater(true);
        inflater.setInput(packed);
        byte[] result = new byte[size + 1];
        int got = 0;
        while (!inflater.finished()) {
            int step = inflater.inflate(result, got, result.length - got);
            got += step;
            assertThat(step > 0 || inflater.finished()).as("progress").isTrue();
        }
        assertThat(inflater.getRemaining()).as("bytes after the end").isZero();
        inflater.end();
        return Arrays.copyOf(result, got);
    }

    private static byte[] pattern(int size) throws IOException {
        try (InputStream in = Trees.pattern(size, size).open()) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9})
    void everyInflaterUnderstandsEveryLevel(int level) throws Exception {
        Random random = new Random(level);
        for (int size :
                new int[] {0, 1, 2, 3, 4, 257, 258, 259, 65_535, 98_303, 98_304, 98_562, 163_841}) {
            byte[] noise = new byte[size];
            random.nextBytes(noise);
            for (byte[] bytes : new byte[][] {noise, new byte[size], pattern(size)}) {
                byte[] packed = encode(bytes, level, 1 + random.nextInt(100_000));
                assertThat(Arrays.equals(inflate(packed, size), bytes)).isTrue();
                assertThat(packed.length).isLessThanOrEqualTo(size + 5 * (size / 65_535 + 3));
            }
        }
    }

    @Test
    void bytesDependOnNothingButTheDataAndTheLevel() throws IOException {
        byte[] bytes = pattern(400_000);
        byte[] once = encode(bytes, 6, 400_000);
        assertThat(Arrays.equals(encode(bytes, 6, 777), once)).isTrue();
        CRC32 sum = new CRC32();
        sum.update(once);
        // Of no meaning but that it never changes, whatever zlib a machine has.
        assertThat(once.length + " " + Long.toHexString(sum.getValue()))
                .isEqualTo("181654 41fea835");
    }

    @Test
    void rareSymbolsDoNotMakeCodesTooLong() throws Exception {
        // Fibonacci frequencies make the deepest trees there are.
        byte[] bytes = new byte[150_000];
        int at = 0;
        int a = 1;
        int b = 1;
        for (int value = 0; at + a < bytes.length && value < 24; value++) {
            Arrays.fill(bytes, at, at + a, (byte) (value * 7));
            at += a;
            int next = a + b;
            a = b;
            b = next;
        }
        Random random = new Random(1);
        for (int i = bytes.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            byte swap = bytes[i];
            bytes[i] = bytes[other];
            bytes[other] = swap;
        }
        for (int level = 1; level <= 9; level++) {
            assertThat(Arrays.equals(inflate(encode(bytes, level, 9999), bytes.length), bytes))
                    .isTrue();
        }
        int[] frequencies = new int[40];
        long x = 1;
        long y = 1;
        for (int i = 0; i < 40; i++) {
            frequencies[i] = (int) Math.min(x, 1 << 26);
            long next = x + y;
            x = y;
            y = next;
        }
        HuffmanCode code = HuffmanCode.ofFrequencies(frequencies, 15);
        double kraft = 0;
        for (int i = 0; i < 40; i++) {
            assertThat(code.length(i)).isBetween(1, 15);
            kraft += Math.pow(2, -code.length(i));
        }
        assertThat(kraft).isEqualTo(1.0);
    }
}
