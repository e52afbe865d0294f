/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitramfsCommandTest {
    private static final byte[] BYTES = {0, (byte) 0xff, '\r', '\n', (byte) 0x80};

    @TempDir Path directory;

    private ByteArrayOutputStream out;
    private ByteArrayOutputStream err;
    private Path image;

    @BeforeEach
    void tree() throws IOException {
        Path tree = Files.createDirectories(directory.resolve("tree/bin"));
        Files.write(tree.resolve("data"), BYTES);
        Files.createSymbolicLink(tree.resolve("link"), Path.of("data"));
        image = directory.resolve("image.cpio.gz");
    }

    private int run(Object... arguments) {
        out = new ByteArrayOutputStream();
        err = new ByteArrayOutputStream();
        String[] argv = new String[arguments.length + 1];
        argv[0] = "initramfs";
        for (int i = 0; i < arguments.length; i++) {
            argv[i + 1] = arguments[i].toString();
        }
        return Main.run(argv, new PrintStream(out, true), new PrintStream(err, true));
    }

    private String text() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private void build(Path to) throws IOException {
        Path list = directory.resolve("list");
        Files.writeString(list, "dir /dev 755 0 0\nnod /dev/console 600 0 0 c 5 1\n");
        assertThat(
                        run(
                                "build",
                                "--dir",
                                directory.resolve("tree"),
                                "--list",
                                list,
                                "--compress",
                                "gzip:9",
                                "-o",
                                to))
                .as(() -> err.toString(StandardCharsets.UTF_8))
                .isZero();
    }

    @Test
    void buildsListsChecksAndShows() throws IOException {
        build(image);
        assertThat(run("list", image)).isZero();
        assertThat(text()).contains("bin/data", "bin/link", "dev/console");
        assertThat(run("list", "--json", image)).isZero();
        assertThat(text()).contains("\"").contains("bin/data");
        assertThat(run("check", image)).isZero();
        assertThat(text()).isEmpty();
        assertThat(run("cat", image, "bin/data")).isZero();
        assertThat(out.toByteArray()).isEqualTo(BYTES);
        assertThat(run("cat", image, "bin/none")).isEqualTo(2);
    }

    @Test
    void comparesAndUnpacks() throws IOException {
        build(image);
        Path same = directory.resolve("same");
        build(same);
        assertThat(same).hasSameBinaryContentAs(image);
        assertThat(run("diff", image, same)).isZero();
        Files.writeString(directory.resolve("tree/bin/data"), "other");
        build(same);
        assertThat(run("diff", image, same)).isEqualTo(1);
        assertThat(text()).startsWith("! ").contains("bin/data");
        Path list = directory.resolve("plain.list");
        Files.writeString(list, "dir /d 755 0 0\nslink /d/l x 777 0 0\n");
        assertThat(run("build", "--list", list, "-o", same)).isZero();
        Path target = directory.resolve("unpacked");
        assertThat(run("extract", same, "-C", target)).isZero();
        assertThat(Files.readSymbolicLink(target.resolve("d/l"))).isEqualTo(Path.of("x"));
    }

    @Test
    void refusesWhatIsNoImageAndWrongOptions() throws IOException {
        Files.writeString(
                image, "this is no archive of any kind, but long enough to be one".repeat(9));
        assertThat(run("list", image)).isEqualTo(2);
        assertThat(run("check", image)).isEqualTo(2);
        assertThat(run("build", "--dir", directory, "--compress", "rar", "-o", image)).isEqualTo(2);
        assertThat(run("build", "-o", image)).isEqualTo(2);
        assertThat(run()).isEqualTo(2);
        assertThat(run("list", directory.resolve("none"))).isEqualTo(8);
    }
}
