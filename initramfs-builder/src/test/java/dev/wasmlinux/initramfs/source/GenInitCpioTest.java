/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.InitramfsBuilder;
import dev.wasmlinux.initramfs.Tools;
import dev.wasmlinux.initramfs.WriteOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Byte identity with the kernel's own {@code usr/gen_init_cpio.c}, compiled here. */
class GenInitCpioTest {
    private static Path judge;

    @TempDir Path dir;

    @BeforeAll
    static void compileTheKernelsTool() throws Exception {
        Tools.require("cc");
        Tools.require("tar");
        Tools.require("xz");
        Path target = Files.createDirectories(Path.of("target/gen_init_cpio").toAbsolutePath());
        judge = target.resolve("gen_init_cpio");
        if (Files.isExecutable(judge)) {
            return;
        }
        Path archive = archive();
        byte[] source =
                Tools.run(
                        target,
                        null,
                        "tar",
                        "-xJOf",
                        archive.toString(),
                        "--occurrence=1",
                        archive.getFileName()
                                        .toString()
                                        .replaceAll("^linux_(.*)\\.orig.*", "linux-$1")
                                + "/usr/gen_init_cpio.c");
        Path file = Files.write(target.resolve("gen_init_cpio.c"), source);
        Tools.run(target, null, "cc", "-O1", "-w", "-o", judge.toString(), file.toString());
    }

    private static Path archive() throws IOException {
        String variable = System.getenv("WASM_LINUX_SOURCES");
        Path directory = variable != null ? Path.of(variable) : Path.of("../../shared/sources");
        for (Path up = Path.of("").toAbsolutePath(); up != null && variable == null; ) {
            if (Files.isDirectory(up.resolve("shared/sources"))) {
                directory = up.resolve("shared/sources");
                break;
            }
            up = up.getParent();
        }
        Assumptions.assumeTrue(
                Files.isDirectory(directory),
                "no kernel sources: neither WASM_LINUX_SOURCES nor ../shared/sources is there");
        try (Stream<Path> files = Files.list(directory)) {
            Optional<Path> archive =
                    files.filter(
                                    file ->
                                            file.getFileName()
                                                    .toString()
                                                    .matches("linux_.*\\.orig\\.tar\\.xz"))
                            .sorted()
                            .findFirst();
            Assumptions.assumeTrue(archive.isPresent(), "no linux_*.orig.tar.xz in " + directory);
            return archive.orElseThrow();
        }
    }

    private byte[] theirs(Path list, String... options) throws Exception {
        String[] command = new String[options.length + 2];
        command[0] = judge.toString();
        System.arraycopy(options, 0, command, 1, options.length);
        command[command.length - 1] = list.toString();
        return Tools.run(dir, null, command);
    }

    private byte[] ours(CpioList list, WriteOptions options) throws IOException {
        Initramfs tree =
                Initramfs.builder().order(InitramfsBuilder.Order.AS_ADDED).addFrom(list).build();
        Path image = dir.resolve("ours.cpio");
        tree.writeTo(image, options);
        return Files.readAllBytes(image);
    }

    /** Says where two images differ; whole images in a message help nobody. */
    private static void assertSame(byte[] ours, byte[] theirs) {
        assertThat(Arrays.mismatch(ours, theirs)).as("first differing byte").isEqualTo(-1);
    }

    private Path list() throws IOException {
        Files.writeString(dir.resolve("one"), "1");
        Files.write(dir.resolve("big"), new byte[200_001]);
        Files.write(dir.resolve("empty"), new byte[0]);
        Files.writeString(dir.resolve("sum"), "\u00ff\u00fe sum");
        byte[] latin = "dir /l\u00e4t\u00efn 0755 0 0\n".getBytes(StandardCharsets.ISO_8859_1);
        String text =
                """
                # every kind of node
                dir /dev 0755 0 0

                nod /dev/console 0600 0 0 c 5 1
                nod /dev/sda 0660 0 6 b 8 0
                dir\t/bin  0755 1 2
                file /bin/one ${HERE}/one 0755 0 0
                file /bin/big big 04711 1000 1001
                file /bin/sum sum 0644 0 0 /bin/second third
                file /bin/empty empty 0000 0 0 /bin/nothing
                slink /bin/sh one 0777 0 0
                slink /bin/long %s 0777 65534 65534
                pipe /fifo 0640 3 4
                sock /sock 0600 5 6
                """
                        .formatted("x/".repeat(100) + "y");
        Path list = dir.resolve("list");
        Files.write(list, text.getBytes(StandardCharsets.UTF_8));
        Files.write(list, latin, java.nio.file.StandardOpenOption.APPEND);
        return list;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1_700_000_000, 0xffffffffL})
    void writesTheSameBytes(long time) throws Exception {
        Path list = list();
        Files.writeString(
                list,
                Files.readString(list, StandardCharsets.ISO_8859_1)
                        .replace("${HERE}", dir.toString()),
                StandardCharsets.ISO_8859_1);
        byte[] ours =
                ours(CpioList.of(list).base(dir).modified(time), WriteOptions.matchGenInitCpio());
        assertSame(ours, theirs(list, "-t", Long.toString(time)));
    }

    @Test
    void writesTheSameChecksums() throws Exception {
        Path list = list();
        Files.writeString(
                list,
                Files.readString(list, StandardCharsets.ISO_8859_1)
                        .replace("${HERE}", dir.toString()),
                StandardCharsets.ISO_8859_1);
        byte[] ours =
                ours(
                        CpioList.of(list).base(dir).modified(5),
                        WriteOptions.matchGenInitCpio()
                                .withFormat(WriteOptions.Format.NEWC_CHECKSUM));
        assertSame(ours, theirs(list, "-c", "-t", "5"));
    }

    @Test
    void keepsFileTimesAsWithoutAnOption() throws Exception {
        Path file = Files.writeString(dir.resolve("one"), "1");
        Files.setLastModifiedTime(
                file, java.nio.file.attribute.FileTime.fromMillis(1_234_567_000L));
        Path list = Files.writeString(dir.resolve("list"), "file one one 0644 0 0\n");
        byte[] ours =
                ours(CpioList.of(list).base(dir).keepFileTimes(), WriteOptions.matchGenInitCpio());
        assertSame(ours, theirs(list));
    }
}
