/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.airlift.compress.zstd.ZstdOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.tukaani.xz.XZOutputStream;

/** Runs the system's own tools as judges; a test without its judge is aborted with a message. */
public final class Tools {
    private Tools() {}

    /** Aborts the test unless a program is on the path. */
    public static void require(String program) {
        Assumptions.assumeTrue(there(program), program + " is not installed");
    }

    /** Whether a program is on the path. */
    public static boolean there(String program) {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(":")) {
            if (Files.isExecutable(Path.of(directory, program))) {
                return true;
            }
        }
        return false;
    }

    /** The command of another Java virtual machine that has the module and the tests. */
    public static List<String> java(Class<?> main, String... options) {
        String classPath =
                Stream.of(
                                Initramfs.class,
                                main,
                                BZip2CompressorOutputStream.class,
                                XZOutputStream.class,
                                ZstdOutputStream.class)
                        .map(Tools::location)
                        .distinct()
                        .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(
                List.of(
                        "-cp",
                        classPath
                                + File.pathSeparator
                                + Path.of("target/test-classes").toAbsolutePath(),
                        main.getName()));
        return command;
    }

    private static String location(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation().getPath();
    }

    /** Runs a command in a directory with optional standard input; returns its output. */
    public static byte[] run(Path directory, Path input, String... command) throws Exception {
        Path out = Files.createTempFile(directory, "out", ".bin");
        Path err = Files.createTempFile(directory, "err", ".txt");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(List.of(command))
                            .directory(directory.toFile())
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile());
            if (input != null) {
                builder.redirectInput(input.toFile());
            }
            builder.environment().put("LC_ALL", "C");
            builder.environment().put("TZ", "UTC");
            Process process = builder.start();
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(List.of(command) + " took too long");
            }
            assertThat(process.exitValue()).as(() -> List.of(command) + ": " + read(err)).isZero();
            return Files.readAllBytes(out);
        } finally {
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
