/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.Image;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.InitramfsException;
import dev.wasmlinux.initramfs.LimitExceededException;
import dev.wasmlinux.initramfs.MalformedImageException;
import dev.wasmlinux.initramfs.Trees;
import dev.wasmlinux.initramfs.WriteOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Damaged and hostile images give typed errors and cost bounded memory. */
class ReaderFuzzTest {
    private static final ReadLimits LIMITS = new ReadLimits(10_000, 4 << 20, 16 << 20, 8192);

    private static void readAll(byte[] image) throws IOException {
        try (ImageReader reader = ImageReader.open(new ByteArrayInputStream(image), LIMITS)) {
            while (reader.next() != null) {
                reader.content().transferTo(OutputStream.nullOutputStream());
            }
        }
        KernelCheck.check(new ByteArrayInputStream(image), LIMITS);
    }

    @ParameterizedTest
    @EnumSource(Compression.Kind.class)
    void damagedImagesAreTypedErrors(Compression.Kind kind) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Initramfs tree = Trees.random(kind.ordinal(), 12);
        Image.builder()
                .segment(tree, Compression.none())
                .segment(tree, Compression.of(kind))
                .build()
                .writeTo(out);
        byte[] image = out.toByteArray();
        boolean heavy = kind != Compression.Kind.NONE && kind != Compression.Kind.GZIP;
        Random random = new Random(kind.ordinal());
        for (int i = 0; i < (heavy ? 40 : 400); i++) {
            byte[] damaged =
                    i % 4 == 0 ? Arrays.copyOf(image, random.nextInt(image.length)) : image.clone();
            for (int k = 0; k < i % 4; k++) {
                int at =
                        random.nextInt(i % 2 == 0 ? damaged.length : Math.min(600, damaged.length));
                damaged[at] =
                        (byte)
                                switch (random.nextInt(3)) {
                                    case 0 -> 'f';
                                    case 1 -> damaged[at] ^ 1 << random.nextInt(8);
                                    default -> random.nextInt(256);
                                };
            }
            try {
                readAll(damaged);
            } catch (InitramfsException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }

    @Test
    void hugeFieldsCostNothing() {
        for (int field = 0; field < 13; field++) {
            byte[] image = new RawArchive().file("a", "body").trailer().bytes();
            byte[] huge = "ffffffff".getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(huge, 0, image, 6 + 8 * field, 8);
            boolean sizes = field == 6 || field == 11;
            if (sizes) {
                assertThatThrownBy(() -> readAll(image)).isInstanceOf(InitramfsException.class);
            }
        }
    }

    @Test
    void bombsStopAtTheLimit() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Initramfs tree = Initramfs.builder().file("zeros", new byte[8 << 20], 0644).build();
        for (Compression.Kind kind : Compression.Kind.values()) {
            if (kind == Compression.Kind.NONE) {
                continue;
            }
            out.reset();
            tree.writeTo(out, WriteOptions.defaults().withCompression(Compression.of(kind)));
            byte[] image = out.toByteArray();
            assertThatThrownBy(() -> readAll(image)).isInstanceOf(LimitExceededException.class);
        }
        RawArchive many = new RawArchive();
        for (int i = 0; i < 10_001; i++) {
            many.file("x", "");
        }
        assertThatThrownBy(() -> readAll(many.bytes()))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("entries");
    }

    @Test
    void decodersMayNotAskForTooMuch() {
        byte[] lzma = new byte[64];
        lzma[0] = 0x5d;
        lzma[4] = 0x7f;
        Arrays.fill(lzma, 5, 13, (byte) 0xff);
        assertThatThrownBy(() -> readAll(lzma)).isInstanceOf(LimitExceededException.class);
        byte[] zstd = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, (byte) (17 << 3), 1, 0, 0};
        assertThatThrownBy(() -> readAll(zstd)).isInstanceOf(LimitExceededException.class);
        assertThatThrownBy(() -> readAll(new byte[] {0x1f, (byte) 0x8b}))
                .isInstanceOf(MalformedImageException.class);
    }

    @Test
    void failuresOfTheSourceStayIoExceptions() {
        ByteArrayInputStream broken =
                new ByteArrayInputStream(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0}) {
                    @Override
                    public synchronized int read(byte[] target, int from, int length) {
                        int got = super.read(target, from, length);
                        if (got < 0) {
                            throw new java.io.UncheckedIOException(new IOException("cable"));
                        }
                        return got;
                    }
                };
        assertThatThrownBy(
                        () -> {
                            try (ImageReader reader =
                                    ImageReader.open(new Failing(broken), LIMITS)) {
                                reader.next();
                            }
                        })
                .isInstanceOf(IOException.class)
                .hasMessage("cable");
    }

    /** Turns the marker into the I/O failure it stands for. */
    private static final class Failing extends java.io.FilterInputStream {
        Failing(java.io.InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] target, int from, int length) throws IOException {
            try {
                return super.read(target, from, length);
            } catch (java.io.UncheckedIOException e) {
                throw e.getCause();
            }
        }
    }

    @Test
    void membersAreCounted() throws IOException {
        ByteArrayOutputStream one = new ByteArrayOutputStream();
        try (OutputStream gzip = new java.util.zip.GZIPOutputStream(one)) {
            gzip.write(new RawArchive().trailer().bytes());
        }
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        for (int i = 0; i < 300_000; i++) {
            many.writeBytes(one.toByteArray());
        }
        try (ImageReader reader =
                ImageReader.open(
                        new ByteArrayInputStream(many.toByteArray()), ReadLimits.defaults())) {
            assertThatThrownBy(reader::next)
                    .isInstanceOf(LimitExceededException.class)
                    .hasMessageContaining("members");
        }
    }
}
