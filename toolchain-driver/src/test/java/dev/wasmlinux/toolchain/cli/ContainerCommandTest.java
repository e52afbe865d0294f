/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wasmlinux.toolchain.FakeTools;
import dev.wasmlinux.toolchain.host.ToolPath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Recipes are checked as far as that goes without an engine, and calls of one with a script in its
 * place: no test here starts a container.
 */
@Timeout(120)
class ContainerCommandTest {
    private static final Set<String> INSTRUCTIONS =
            Set.of("FROM", "RUN", "ENV", "USER", "COPY", "VOLUME", "WORKDIR", "ENTRYPOINT", "CMD");

    @TempDir Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private FakeTools tools;
    private Path calls;

    @BeforeEach
    void engines() throws IOException {
        tools = new FakeTools(directory.resolve("tools"));
        calls = directory.resolve("calls");
        engine("podman", "exit 0");
    }

    private void engine(String name, String answer) throws IOException {
        tools.script(
                name,
                "printf '%s\\n' \"$*\" >> '"
                        + calls
                        + "'\n[ $1 = build ] && for last; do :; done && cp \"$last/Dockerfile\" '"
                        + directory
                        + "'\n"
                        + answer);
    }

    private int run(String... arguments) {
        return Main.run(arguments, new PrintStream(out, true), new PrintStream(err, true));
    }

    private String recipe(String... options) {
        out.reset();
        List<String> arguments = new ArrayList<>(List.of("container", "recipe"));
        arguments.addAll(List.of(options));
        assertThat(run(arguments.toArray(new String[0]))).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Instructions with continued lines joined; comments and blank lines are checked and gone. */
    private static List<String> instructions(String recipe) {
        String joined = recipe.replaceAll("(?m)^#.*\n", "").replaceAll(" \\\\\n *", " ");
        assertThat(joined).doesNotContain("\\");
        return joined.lines().filter(line -> !line.isBlank()).toList();
    }

    @Test
    void recipesAreWellFormed() {
        for (String recipe : List.of(recipe(), recipe("--all-in-one"))) {
            List<String> instructions = instructions(recipe);
            assertThat(instructions.get(0)).startsWith("FROM docker.io/library/debian:");
            assertThat(instructions)
                    .allMatch(line -> INSTRUCTIONS.contains(line.split(" ", 2)[0]))
                    .filteredOn(line -> line.startsWith("FROM"))
                    .hasSize(1);
            // Lists of packages are fetched and thrown away in the layer that needs them.
            assertThat(instructions.get(1))
                    .startsWith("RUN apt-get update && ")
                    .endsWith("&& rm -rf /var/lib/apt/lists/*");
        }
        String base = "debian@sha256:" + "a".repeat(64);
        assertThat(recipe("--base", base)).contains("\nFROM " + base + "\n");
        assertThat(instructions(recipe("--all-in-one")))
                .containsSubsequence("USER builder", "WORKDIR /work");
    }

    @Test
    void shellCommandsOfRecipesParse() throws Exception {
        for (String line : instructions(recipe("--all-in-one"))) {
            if (line.startsWith("RUN ")) {
                Process shell = new ProcessBuilder("/bin/sh", "-nc", line.substring(4)).start();
                assertThat(shell.waitFor()).as(line).isZero();
            }
        }
    }

    @Test
    void debianHasThePackages() throws Exception {
        assumeTrue(
                Files.isReadable(Path.of("/etc/os-release"))
                        && Files.readString(Path.of("/etc/os-release")).contains("bookworm")
                        && ToolPath.of(System.getenv()).find("apt-get").isPresent(),
                "not on Debian 12");
        Process lists = new ProcessBuilder("apt-cache", "show", "make").start();
        lists.getInputStream().readAllBytes();
        assumeTrue(lists.waitFor() == 0, "apt has no package lists");
        List<String> argv =
                new ArrayList<>(
                        List.of("apt-get", "install", "--simulate", "--no-install-recommends"));
        String line = instructions(recipe()).get(1);
        String packages = line.replaceFirst(".*--no-install-recommends ", "");
        argv.addAll(List.of(packages.substring(0, packages.indexOf("&&")).trim().split("\\s+")));
        assertThat(argv).contains("clang-22", "openjdk-17-jdk-headless", "make");
        Process apt = new ProcessBuilder(argv).redirectErrorStream(true).start();
        String answer = new String(apt.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(apt.waitFor()).as(answer).isZero();
    }

    @Test
    void runsTheSameCommandAtTheSamePaths() throws Exception {
        engine("podman", "case $1 in image) exit 1;; run) exit 7;; esac");
        String engine = tools.directory().resolve("podman").toString();
        assertThat(run("container", "run", "--engine", engine, "--", "build", "--list"))
                .isEqualTo(7);
        List<String> lines = Files.readAllLines(calls);
        assertThat(lines).hasSize(3);
        String image = lines.get(0).replace("image inspect ", "");
        assertThat(image).matches("wasm-linux-build:[0-9a-f]{12}");
        assertThat(lines.get(1)).startsWith("build -t " + image + " /");
        assertThat(directory.resolve("Dockerfile")).hasContent(recipe());
        String work = Path.of("").toAbsolutePath().toString();
        assertThat(lines.get(2))
                .startsWith("run --rm --init --userns=keep-id ")
                .contains(
                        " --mount=type=bind,source=" + work + ",target=" + work + " ",
                        " --workdir=" + work + " " + image + " java ",
                        ",readonly ")
                .endsWith(" dev.wasmlinux.toolchain.cli.Main build --list");
    }

    @Test
    void makesTheContainerOnceAndGivesDockerTheUser() throws Exception {
        engine("docker", "exit 0");
        String engine = tools.directory().resolve("docker").toString();
        assertThat(run("container", "run", "--engine", engine, "--", "doctor")).isZero();
        assertThat(Files.readAllLines(calls))
                .hasSize(2)
                .element(1)
                .asString()
                .matches("run --rm --init --user=\\d+:\\d+ .*");
    }

    @Test
    void saysWhenThereIsNoEngineOrItFails() throws Exception {
        assertThat(run("container", "run", "--engine", "no-such-engine", "--", "doctor"))
                .isEqualTo(3);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("no-such-engine is not installed");
        engine("podman", "exit 1");
        String engine = tools.directory().resolve("podman").toString();
        assertThat(run("container", "run", "--engine", engine, "--", "doctor")).isEqualTo(3);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("cannot make the container");
        assertThat(run("container")).isEqualTo(2);
    }
}
