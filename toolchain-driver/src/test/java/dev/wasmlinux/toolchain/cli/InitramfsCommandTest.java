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

    @Test
    void severalSegmentsAndSourcesWithTheirOptions() throws IOException {
        Path early = Files.createDirectories(directory.resolve("early"));
        Files.writeString(early.resolve("microcode"), "code");
        Path tree = directory.resolve("tree");
        Object[] build = {
            "build",
            "--dir",
            early,
            "--under",
            "kernel",
            "--next",
            "--dir",
            tree,
            "--exclude",
            "bin/link",
            "--owner",
            "1000:100",
            "--mtime",
            "7",
            "--under",
            "a",
            "--dir",
            tree,
            "--compress",
            "gzip",
            "--threads",
            "2",
            "-o",
            image
        };
        assertThat(run(build)).as(() -> err.toString(StandardCharsets.UTF_8)).isZero();
        assertThat(run("list", image)).isZero();
        assertThat(text())
                .contains("0     0          4 1970-01-01T00:00:00Z kernel/microcode")
                .contains("1000   100          5 1970-01-01T00:00:07Z a/bin/data")
                .contains("0     0          5 1970-01-01T00:00:00Z bin/data")
                .contains(" bin/link")
                .doesNotContain("a/bin/link");
        assertThat(run("list", "--json", image)).isZero();
        assertThat(text()).contains("\"none\"").contains("\"gzip\"");
        assertThat(run("build", "--dir", tree, "--dir", tree, "--no-replace", "-o", image))
                .isEqualTo(2);
        assertThat(run("build", "--owner", "0:0", "--dir", tree, "-o", image)).isEqualTo(2);
        assertThat(run("build", "--dir", tree, "--next", "-o", image)).isEqualTo(2);
        assertThat(run("build", "--dir", tree, "--size-limit", "100", "-o", image)).isEqualTo(2);
    }

    @Test
    void takesImagesAndLeavesTheOutputOutOfItself() throws IOException {
        Path tree = directory.resolve("tree");
        Path inside = tree.resolve("own.cpio");
        assertThat(run("build", "--dir", tree, "-o", inside)).isZero();
        byte[] first = Files.readAllBytes(inside);
        assertThat(run("build", "--dir", tree, "-o", inside)).isZero();
        assertThat(inside).hasBinaryContent(first);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("left out of itself");
        assertThat(run("build", "--image", inside, "--compress", "xz", "-o", image)).isZero();
        assertThat(run("diff", inside, image)).isZero();
        assertThat(run("build", "--image", inside, "-o", "-")).isZero();
        assertThat(out.toByteArray()).isEqualTo(first);
        assertThat(run("report", image)).isZero();
        assertThat(text()).contains("bin/data").contains("totalSize");
        assertThat(run("report", "--cyclonedx", "mine:1.0", image)).isZero();
        assertThat(text()).contains("CycloneDX").contains("\"mine\"");
    }

    @Test
    void unpacksWhatIsChosen() throws IOException {
        build(image);
        Path target = directory.resolve("chosen");
        assertThat(run("extract", image, "bin/data", "-C", target)).isZero();
        assertThat(target.resolve("bin/data")).hasBinaryContent(BYTES);
        assertThat(target.resolve("bin/link")).doesNotExist();
        assertThat(run("extract", image, "bin/data", "-C", target)).isEqualTo(2);
        assertThat(run("extract", "--overwrite", image, "bin/data", "-C", target)).isZero();
        assertThat(run("extract", image, "none", "-C", target)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("nothing at none");
    }

    @Test
    void locationsHaveVariablesOfTheEnvironment() throws IOException {
        Path list = directory.resolve("variables");
        Files.writeString(list, "file /sh ${LC_ALL}/x 755 0 0\n");
        assertThat(run("build", "--list", list, "-o", image)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("variables:1:10: there is no file " + System.getenv("LC_ALL") + "/x");
        assertThat(run("list", directory.resolve("none"))).isEqualTo(8);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("there is no such file");
    }
}
