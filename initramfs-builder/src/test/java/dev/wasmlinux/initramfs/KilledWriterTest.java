/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void leavesTheOldImage() throws Exception {
        Path image = Files.writeString(dir.resolve("image"), "old");
        List<String> command = Tools.java(Writer.class, "-Xmx64m");
        command.add(image.toString());
        Process writer =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
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
