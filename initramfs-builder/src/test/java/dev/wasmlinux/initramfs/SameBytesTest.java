/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.initramfs.source.DirectorySource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same tree gives the same bytes, however the process that writes it was started. */
class SameBytesTest {
    @TempDir Path dir;

    /** Writes a directory as an image. */
    public static final class Writer {
        private Writer() {}

        /** Takes the directory and the image. */
        public static void main(String[] arguments) throws IOException {
            Initramfs.builder()
                    .addFrom(DirectorySource.of(Path.of(arguments[0])))
                    .build()
                    .writeTo(Path.of(arguments[1]), Compression.none());
        }
    }

    private void write(Path from, Path image, List<String> environment, String... options)
            throws Exception {
        List<String> command = new ArrayList<>(List.of("env"));
        command.addAll(environment);
        command.addAll(Tools.java(Writer.class, options));
        command.addAll(List.of(from.toString(), image.toString()));
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Files of many sizes in many directories, made in a random order. */
    private static void make(Path root, long order) throws IOException {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < 900; i++) {
            numbers.add(i);
        }
        Collections.shuffle(numbers, new Random(order));
        for (int i : numbers) {
            Path directory = Files.createDirectories(root.resolve("d" + i % 30 + "/e" + i % 7));
            byte[] bytes = new byte[i % 50 == 0 ? 64_000 + i * 3 : i * 7 % 5000];
            new Random(i).nextBytes(bytes);
            Files.write(directory.resolve("f" + i), bytes);
        }
        Path last = root.resolve("d3/e3/f3");
        Files.createLink(root.resolve("d0/link"), last);
        Files.createLink(root.resolve("z"), last);
    }

    private static void addOtherNames(Path root) throws Exception {
        Tools.run(
                root.resolve("d1"),
                null,
                "sh",
                "-c",
                "mkdir \"$(printf '\\303\\274')\"; printf u > \"$(printf '\\303\\274/f')\"; "
                        + "printf latin > \"$(printf 'l\\344t')\"");
        try (var files = Files.list(root.resolve("d1"))) {
            for (Path file : files.toList()) {
                if (file.getFileName().toString().matches("(out|err).*")) {
                    Files.delete(file);
                }
            }
        }
    }

    @Test
    void localeTimeZoneOrderAndProcessorsDoNotMatter() throws Exception {
        Tools.require("env");
        Path one = Files.createDirectory(dir.resolve("one"));
        Path two = Files.createDirectory(dir.resolve("two"));
        make(one, 1);
        make(two, 2);
        addOtherNames(one);
        addOtherNames(two);
        Path first = dir.resolve("first");
        Path second = dir.resolve("second");
        write(one, first, List.of("LC_ALL=C.UTF-8", "TZ=UTC"), "-XX:ActiveProcessorCount=3");
        write(
                two,
                second,
                List.of("LC_ALL=C", "TZ=Asia/Tokyo"),
                "-XX:ActiveProcessorCount=1",
                "-Duser.language=tr");
        assertThat(Files.mismatch(first, second)).isEqualTo(-1);
        assertThat(new String(Files.readAllBytes(first), StandardCharsets.ISO_8859_1))
                .contains("d1/l\u00e4t\0", "latin", "d1/\u00c3\u00bc/f\0");
    }

    /** The heap that 100 000 files may take is 64 MiB; what counts is what each of them costs. */
    @Test
    void manySmallFilesFitASmallHeap() throws Exception {
        Tools.require("env");
        Path root = Files.createDirectory(dir.resolve("many"));
        for (int i = 0; i < 25_000; i++) {
            Path directory = root.resolve("d" + i / 500);
            if (i % 500 == 0) {
                Files.createDirectory(directory);
            }
            Files.write(directory.resolve("file" + i), new byte[i % 100]);
        }
        Path image = dir.resolve("image");
        write(root, image, List.of(), "-Xmx16m");
        assertThat(Files.size(image)).isGreaterThan(25_000 * 128L);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1})
    void aFileOfManyThatChangesMeanwhileIsNamed(int change) throws IOException {
        Path root = Files.createDirectory(dir.resolve("root"));
        make(root, 3);
        Initramfs tree = Initramfs.builder().addFrom(DirectorySource.of(root)).build();
        Path changed = root.resolve("d17/e4/f347");
        byte[] bytes = Files.readAllBytes(changed);
        Files.write(changed, Arrays.copyOf(bytes, bytes.length + change));
        Path image = dir.resolve("image");
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> tree.writeTo(image, Compression.none()))
                .isInstanceOf(ContentChangedException.class)
                .hasMessageContaining("d17/e4/f347");
        Files.delete(changed);
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> tree.writeTo(image, Compression.none()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("f347");
        assertThat(image).doesNotExist();
    }
}
