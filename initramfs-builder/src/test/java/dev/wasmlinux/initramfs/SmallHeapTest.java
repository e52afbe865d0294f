/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a virtual machine with 64 MiB of heap can compress. */
class SmallHeapTest {
    private static final int FILE = 3 << 20;
    private static final int FILES = 8;

    /** Compresses incompressible files with every method; prints what became of it. */
    public static final class Small {
        private Small() {}

        /** Takes no arguments. */
        public static void main(String[] arguments) throws IOException {
            byte[] bytes = new byte[FILE];
            new Random(1).nextBytes(bytes);
            InitramfsBuilder builder = Initramfs.builder();
            for (int i = 0; i < FILES; i++) {
                FileContent content = FileContent.of(FILE, () -> new ByteArrayInputStream(bytes));
                builder.file("large" + i, content, 0644);
                int size = FILE / 5;
                FileContent part =
                        FileContent.of(size, () -> new ByteArrayInputStream(bytes, 4711, size));
                builder.file("middle" + i, part, 0644);
            }
            Initramfs tree = builder.build();
            for (Compression.Kind kind : Compression.Kind.values()) {
                write(tree, WriteOptions.defaults().withCompression(Compression.of(kind)));
            }
        }

        private static void write(Initramfs tree, WriteOptions options) throws IOException {
            PrintStream out = System.out;
            for (int threads = 1; threads <= 3; threads += 2) {
                String result = "done";
                try {
                    tree.writeTo(OutputStream.nullOutputStream(), options.withThreads(threads));
                } catch (UnsupportedCompressionException | LimitExceededException e) {
                    result = e.getMessage();
                }
                out.println(options.compression() + " " + threads + ": " + result);
            }
        }
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void isEnoughOrRefusedInWords() throws Exception {
        Process process =
                new ProcessBuilder(Tools.java(Small.class, "-Xmx64m"))
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
        // Newer Java warns of what the zstd library does.
        assertThat(output.lines().filter(line -> !line.startsWith("WARNING: ")))
                .as(output)
                .allMatch(line -> line.endsWith(": done") || line.contains(" needs "))
                .contains("none 3: done", "gzip:6 3: done", "lz4:1 3: done", "zstd:3 3: done")
                .contains("bzip2:9 1: done", "lzo:1 3: done")
                .anyMatch(
                        line -> line.startsWith("xz:6 1: xz:6 needs 92 MiB of heap for each of "));
    }
}
