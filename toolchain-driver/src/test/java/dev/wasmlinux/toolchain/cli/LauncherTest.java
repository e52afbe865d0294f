/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.toolchain.FakeTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script at the root of the repository, in a tree with a fake Maven and Java. */
@Timeout(60)
class LauncherTest {
    @TempDir Path directory;

    private Path root;
    private Path home;

    private record Result(int status, String out, String err) {}

    @BeforeEach
    void tree() throws IOException {
        root = Files.createDirectories(directory.resolve("a clone"));
        Path script = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        Files.copy(
                script.resolveSibling("wasm-linux"),
                root.resolve("wasm-linux"),
                StandardCopyOption.COPY_ATTRIBUTES);
        for (String file : List.of("pom.xml", "toolchain-driver/pom.xml")) {
            write(file, "");
        }
        write("toolchain-driver/src/main/java/A.java", "");
        write(
                "mvnw",
                "echo compiling\n"
                        + "echo \"$JAVA_HOME $*\" >> maven.calls\n"
                        + "[ ! -e broken ] || { echo '[ERROR] A.java: no'; exit 1; }\n"
                        + "mkdir -p toolchain-driver/target/classes\n"
                        + "printf %s \"$PWD/pom.xml\" > toolchain-driver/target/launcher.classpath");
        home = directory.resolve("java 17");
        java(home, "17.0.15");
        // Long ago, so that what the launcher writes now is newer.
        try (var files = Files.walk(root)) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(1000)));
            }
        }
    }

    private void write(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static void java(Path home, String version) throws IOException {
        FakeTools bin = new FakeTools(home.resolve("bin"));
        bin.script("javac", "exit 0");
        bin.script("jar", "echo \"$*\" > \"$4\"");
        bin.script(
                "java",
                "for a; do case $a in -XX:ArchiveClassesAtExit=*) "
                        + " echo classes > \"${a#*=}\";; esac; done;"
                        + " for a; do echo \"<$a>\"; done; echo \"$LC_ALL|${JAVA_TOOL_OPTIONS-none}\";"
                        + " cat; echo error >&2; exit 42");
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    }

    private Result run(Map<String, String> environment, String... arguments) throws Exception {
        List<String> argv = new ArrayList<>(List.of(root.resolve("wasm-linux").toString()));
        argv.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(argv);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().putAll(environment);
        Path in = Files.writeString(directory.resolve("in"), "input\n");
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        Process process =
                builder.redirectInput(in.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private Map<String, String> environment(String... more) {
        Map<String, String> environment = new TreeMap<>();
        environment.put("JAVA_HOME", home.toString());
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return environment;
    }

    private long compilations() throws IOException {
        return Files.exists(root.resolve("maven.calls"))
                ? Files.readAllLines(root.resolve("maven.calls")).size()
                : 0;
    }

    @Test
    void compilesOnceAndPassesEverythingThrough() throws Exception {
        Result first = run(environment(), "run", "--", "a b", "*");
        assertThat(first.status()).isEqualTo(42);
        assertThat(first.out())
                .contains("<dev.wasmlinux.toolchain.cli.Main>\n<run>\n<-->\n<a b>\n<*>\n")
                .endsWith("input\n")
                .doesNotContain("compiling");
        assertThat(first.err()).contains("wasm-linux: compiling the tool").endsWith("error\n");
        Result second = run(environment(), "x");
        assertThat(second.err()).isEqualTo("error\n");
        assertThat(compilations()).isEqualTo(1);
        assertThat(root.resolve("target/launcher/build.log")).hasContent("compiling");
    }

    @Test
    void compilesAgainAfterAChangeOrADeletion() throws Exception {
        run(environment());
        write("toolchain-driver/src/main/java/B.java", "");
        Files.setLastModifiedTime(
                root.resolve("toolchain-driver/src/main/java/B.java"),
                FileTime.from(Instant.now().plusSeconds(5)));
        run(environment());
        assertThat(compilations()).isEqualTo(2);
        Files.delete(root.resolve("target/launcher/1.jar"));
        run(environment());
        assertThat(compilations()).isEqualTo(3);
    }

    @Test
    void sharesTheClassesOfOneBootBetweenVirtualMachines() throws Exception {
        Path shared = root.resolve("target/launcher/java-17.0.15.jsa");
        String option = "<-XX:SharedArchiveFile=" + shared + ">";
        assertThat(run(environment()).out()).contains(option, root + "/target/launcher/1.jar");
        assertThat(root.resolve("target/launcher/share.log"))
                .content()
                .contains("<dev.wasmlinux.toolchain.cli.Main>\n<run>\n<-->\n<true>\n");
        // Another Java has its own, made when it is first used.
        Path young = directory.resolve("java 25");
        java(young, "25.0.3");
        assertThat(run(environment("JAVA_HOME", young.toString())).out())
                .contains("java-25.0.3.jsa>");
        assertThat(compilations()).isEqualTo(1);
        FileTime made = Files.getLastModifiedTime(shared);
        assertThat(run(environment()).out()).contains(option);
        assertThat(Files.getLastModifiedTime(shared)).isEqualTo(made);
    }

    @Test
    void worksWithAJavaThatCannotShare() throws Exception {
        Path poor = directory.resolve("poor");
        java(poor, "21.0.1");
        Path script = poor.resolve("bin/java");
        Files.writeString(
                script,
                Files.readString(script)
                        .replace("echo classes", "echo no" + " classes; exit 1; echo"));
        for (int i = 0; i < 2; i++) {
            Result result = run(environment("JAVA_HOME", poor.toString()), "x");
            assertThat(result.status()).isEqualTo(42);
            assertThat(result.out()).contains("<x>").doesNotContain("SharedArchiveFile");
        }
        assertThat(root.resolve("target/launcher/java-21.0.1.jsa")).isEmptyFile();
    }

    @Test
    void aFailedCompilationIsShownAndNotTakenForDone() throws Exception {
        write("broken", "");
        for (int i = 0; i < 2; i++) {
            Result result = run(environment());
            assertThat(result.status()).isEqualTo(3);
            assertThat(result.err()).contains("[ERROR] A.java: no", "target/launcher/build.log");
            assertThat(result.out()).isEmpty();
        }
        Files.delete(root.resolve("broken"));
        assertThat(run(environment()).status()).isEqualTo(42);
    }

    @Test
    void refusesAnOldJava() throws Exception {
        Path old = directory.resolve("old");
        java(old, "1.8.0_402");
        Result result = run(Map.of("JAVA_HOME", old.toString()));
        assertThat(result.status()).isEqualTo(3);
        assertThat(result.err()).contains("Java 8; Java 17 or later is needed");
    }

    @Test
    void silencesTheWarningsOfNewJavasOnly() throws Exception {
        assertThat(run(environment()).out()).doesNotContain("unsafe", "native");
        Path young = directory.resolve("java 25");
        java(young, "25.0.3");
        assertThat(run(environment("JAVA_HOME", young.toString())).out())
                .contains("<--sun-misc-unsafe-memory-access=allow>")
                .contains("<--enable-native-access=ALL-UNNAMED>");
    }

    @Test
    void takesOptionsFromTheEnvironmentWithoutTheirAnnouncement() throws Exception {
        Result result = run(environment("JAVA_TOOL_OPTIONS", "-Da=1 -Db=2", "LC_ALL", "C"));
        assertThat(result.out()).contains("<-Da=1>\n<-Db=2>").contains("C.UTF-8|none");
    }

    @Test
    void worksThroughASymbolicLinkFromElsewhere() throws Exception {
        Path link = directory.resolve("bin/wl");
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, Path.of("../a clone/wasm-linux"));
        ProcessBuilder builder = new ProcessBuilder(link.toString());
        builder.environment().put("JAVA_HOME", home.toString());
        builder.redirectInput(Path.of("/dev/null").toFile()).redirectErrorStream(true);
        Process process = builder.start();
        process.getInputStream().readAllBytes();
        assertThat(process.waitFor()).isEqualTo(42);
        assertThat(compilations()).isEqualTo(1);
    }

    @Test
    void aLockOfADeadProcessIsNobodys() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        write("target/launcher/lock/pid", dead.pid() + "\n");
        assertThat(run(environment()).status()).isEqualTo(42);
    }
}
