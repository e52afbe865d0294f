/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.InitramfsException;
import dev.wasmlinux.initramfs.Tools;
import dev.wasmlinux.initramfs.Trees;
import dev.wasmlinux.initramfs.UnsupportedCompressionException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CompressionTest {
    @TempDir Path dir;

    private static byte[] encode(Compression compression, byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream encoder = Encoders.open(compression, out)) {
            encoder.write(bytes);
        }
        return out.toByteArray();
    }

    private static byte[] decode(Compression.Kind kind, byte[] bytes) throws IOException {
        RawInput raw = RawInput.of(new ByteArrayInputStream(bytes));
        try (InputStream in = Decoders.open(kind, raw, 256 << 20)) {
            return in.readAllBytes();
        }
    }

    static List<byte[]> samples() throws IOException {
        List<byte[]> samples = new ArrayList<>();
        Random random = new Random(1);
        for (int size : new int[] {0, 1, 3, 4, 5, 12, 13, 17, 18, 19, 238, 239, 300, 5000}) {
            byte[] noise = new byte[size];
            random.nextBytes(noise);
            samples.add(noise);
            samples.add(new byte[size]);
        }
        for (int size : new int[] {100, 4096, 262_144, 262_145, 700_000}) {
            try (InputStream in = Trees.pattern(size, size).open()) {
                samples.add(in.readAllBytes());
            }
        }
        byte[] far = new byte[200_000];
        random.nextBytes(far);
        for (int distance : new int[] {1, 2, 7, 2048, 2049, 16384, 16385, 40_000, 49_151, 49_152}) {
            for (int length : new int[] {4, 8, 9, 33, 34, 300}) {
                int at = 60_000 + random.nextInt(100_000);
                for (int i = 0; i < length; i++) {
                    far[at + i] = far[at + i - distance];
                }
            }
        }
        samples.add(far);
        return samples;
    }

    /** Everything for our own codecs, a few for those of libraries. */
    private static List<byte[]> samples(Compression.Kind kind) throws IOException {
        List<byte[]> all = samples();
        boolean own = kind == Compression.Kind.LZO || kind == Compression.Kind.LZ4;
        return own ? all : List.of(all.get(0), all.get(9), all.get(30), all.get(all.size() - 1));
    }

    @ParameterizedTest
    @EnumSource(Compression.Kind.class)
    void decodesWhatItEncodes(Compression.Kind kind) throws IOException {
        for (byte[] sample : samples(kind)) {
            byte[] packed = encode(Compression.of(kind), sample);
            assertThat(decode(kind, packed)).isEqualTo(sample);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GZIP, gzip -dc",
        "BZIP2, bzip2 -dc",
        "LZMA, xz -dc --format=lzma",
        "XZ, xz -dc",
        "LZO, lzop -dc",
        "LZ4, lz4 -dc",
        "ZSTD, zstd -dc"
    })
    void nativeToolsDecodeIt(Compression.Kind kind, String command) throws Exception {
        String[] words = command.split(" ");
        Tools.require(words[0]);
        for (byte[] sample : samples(kind)) {
            if (sample.length == 0) {
                continue;
            }
            Path packed = Files.write(dir.resolve("packed"), encode(Compression.of(kind), sample));
            assertThat(Tools.run(dir, packed, words)).isEqualTo(sample);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GZIP, gzip -c",
        "BZIP2, bzip2 -c",
        "LZMA, xz -c --format=lzma",
        "XZ, xz -c --check=crc32",
        "LZO, lzop -c",
        "LZO, lzop -9 -c",
        "LZ4, lz4 -l -c",
        "LZ4, lz4 -l -9 -c",
        "ZSTD, zstd -19 -c",
        "ZSTD, zstd -1 -c"
    })
    void decodesWhatNativeToolsEncode(Compression.Kind kind, String command) throws Exception {
        String[] words = command.split(" ");
        Tools.require(words[0]);
        for (byte[] sample : samples(kind)) {
            if (sample.length < 5000) {
                continue;
            }
            Path plain = Files.write(dir.resolve("plain"), sample);
            assertThat(decode(kind, Tools.run(dir, plain, words))).isEqualTo(sample);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Compression.Kind.class,
            names = {"NONE"},
            mode = EnumSource.Mode.EXCLUDE)
    void takesNothingBeyondItsMember(Compression.Kind kind) throws IOException {
        byte[] sample = samples().get(30);
        byte[] packed = encode(Compression.of(kind), sample);
        byte[] more = Arrays.copyOf(packed, packed.length + 9);
        Arrays.fill(
                more,
                packed.length + (kind == Compression.Kind.LZ4 ? 4 : 0),
                more.length,
                (byte) 7);
        RawInput raw = RawInput.of(new ByteArrayInputStream(more));
        try (InputStream in = Decoders.open(kind, raw, 256 << 20)) {
            assertThat(in.readAllBytes()).isEqualTo(sample);
        }
        assertThat(raw.position()).isEqualTo(packed.length);
    }

    @ParameterizedTest
    @EnumSource(
            value = Compression.Kind.class,
            names = {"NONE"},
            mode = EnumSource.Mode.EXCLUDE)
    void damageIsATypedErrorOrHarmless(Compression.Kind kind) throws IOException {
        byte[] packed = encode(Compression.of(kind), samples().get(29));
        Random random = new Random(kind.ordinal());
        for (int i = 0; i < 45; i++) {
            byte[] damaged =
                    i % 3 == 0
                            ? Arrays.copyOf(packed, random.nextInt(packed.length))
                            : packed.clone();
            for (int k = 0; k < i % 3 && damaged.length > 0; k++) {
                damaged[
                                random.nextInt(
                                        i % 2 == 0
                                                ? Math.min(40, damaged.length)
                                                : damaged.length)] ^=
                        (byte) (1 << random.nextInt(8));
            }
            try (InputStream in =
                    Decoders.open(kind, RawInput.of(new ByteArrayInputStream(damaged)), 64 << 20)) {
                in.transferTo(OutputStream.nullOutputStream());
            } catch (InitramfsException e) {
                assertThat(e).hasMessageMatching("(?s).{10,}");
            }
        }
    }

    @Test
    void refusesWhatNoKernelUnpacks() {
        assertThatThrownBy(() -> Compression.parse("lz4:99"))
                .isInstanceOf(UnsupportedCompressionException.class);
        assertThatThrownBy(() -> Compression.parse("brotli"))
                .isInstanceOf(UnsupportedCompressionException.class);
        assertThatThrownBy(() -> Compression.parse("gzip:6:x86"))
                .isInstanceOf(UnsupportedCompressionException.class);
        assertThat(Compression.parse("xz:6:arm-thumb").toString()).isEqualTo("xz:6:arm-thumb");
        assertThat(Compression.parse("ZSTD")).isEqualTo(Compression.of(Compression.Kind.ZSTD));
    }
}
