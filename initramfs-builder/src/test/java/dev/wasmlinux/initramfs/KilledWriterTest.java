/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.XZOutputStream;

/** A process that is killed while it writes leaves the old image as it was. */
class KilledWriterTest {
    private static final int HALF = 1 << 20;

    @TempDir Path dir;

    /** What the killed process runs: it hangs in the middle of a file. */
    public static final class Writer {
        private Writer() {}

        /** Writes to the path that the argument names. */
        public static void main(String[] arguments) throws IOException {
            FileContent endless =
                    FileContent.of(
                            2L * HALF,
                            () ->
                                    new InputStream() {
                                        private int given;

                                        @Override
                                        public int read() throws IOException {
                                            if (given++ < HALF) {
                                                return 0;
                                            }
                                            System.out.println("half");
                                            return System.in.read();
                                        }
                                    });
            Initramfs.builder()
                    .file("big", endless, 0644)
                    .build()
                    .writeTo(Path.of(arguments[0]), Compression.none());
        }
    }

    private static String classPath() {
        return Stream.of(
                        Initramfs.class,
                        KilledWriterTest.class,
                        BZip2CompressorOutputStream.class,
                        XZOutputStream.class,
                        io.airlift.compress.zstd.ZstdOutputStream.class)
                .map(type -> type.getProtectionDomain().getCodeSource().getLocation().getPath())
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
    }

    @Test
    void leavesTheOldImage() throws Exception {
        Path image = Files.writeString(dir.resolve("image"), "old");
        Path testClasses = Path.of("target/test-classes").toAbsolutePath();
        Process writer =
                new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-Xmx64m",
                                        "-cp",
                                        classPath() + File.pathSeparator + testClasses,
                                        Writer.class.getName(),
                                        image.toString()))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try {
            byte[] line = writer.getInputStream().readNBytes("half".length());
            assertThat(line).asString().isEqualTo("half");
            assertThat(image).hasContent("old");
            try (Stream<Path> files = Files.list(dir)) {
                assertThat(files).as("the part that is being written").hasSize(2);
            }
        } finally {
            writer.destroyForcibly();
        }
        assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(image).hasContent("old");
    }
}
