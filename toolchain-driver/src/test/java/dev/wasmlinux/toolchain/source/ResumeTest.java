/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wasmlinux.toolchain.BuildListener;
import dev.wasmlinux.toolchain.BuildReport.StepReport;
import dev.wasmlinux.toolchain.ChildJvm;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.io.CacheLayout;
import dev.wasmlinux.toolchain.io.Digests;
import dev.wasmlinux.toolchain.process.Cookie;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever goes wrong in a build, the next one ends with the bytes of an undisturbed one. */
@Timeout(180)
class ResumeTest {
    @TempDir private Path directory;
    private Path sources;
    private byte[] bytes;
    private String digest;
    private String undisturbed;

    private record Ended(int status, String text) {
        String identity() {
            return text.replaceFirst("(?s).*identity ", "").strip();
        }
    }

    @BeforeEach
    void undisturbedBuild() throws Exception {
        sources = Files.createDirectory(directory.resolve("sources"));
        bytes = Pipeline.archiveBytes();
        Files.write(sources.resolve("demo-1.tar.gz"), bytes);
        digest = Digests.of(bytes);
        undisturbed = identity(build("undisturbed", digest, "/usr/bin:/bin"));
    }

    private List<StepReport> build(String cache, String sha256, String path) throws Exception {
        Path root = directory.resolve(cache);
        SourceStore store = new SourceStore(CacheLayout.of(root), List.of(sources), true, Map.of());
        return new Pipeline(root, Pipeline.archive(sha256), store, "0", path)
                .run(BuildListener.NONE);
    }

    private static String identity(List<StepReport> reports) {
        return reports.get(reports.size() - 1).identity();
    }

    private Process start(Path cache, String pause) throws IOException {
        return ChildJvm.start(Pipeline.class, cache.toString(), sources.toString(), digest, pause);
    }

    private static Ended finish(Process process) throws IOException, InterruptedException {
        String text = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), text);
    }

    @Test
    void afterKillsAtManyPlaces() throws Exception {
        Path cache = directory.resolve("cache");
        List<String> places = List.of("unpacking", "patching", "object 1", "object 4", "object 3");
        for (String place : places) {
            Process driver = start(cache, "0.05");
            BufferedReader out = driver.inputReader();
            String line = out.readLine();
            while (line != null && !line.startsWith(place)) {
                line = out.readLine();
            }
            assertThat(line).as("not done before " + place).isNotNull();
            driver.destroyForcibly().waitFor();
        }
        Cookie left =
                Cookie.parse(Files.readString(CacheLayout.of(cache).lock("step-objects")))
                        .orElseThrow();
        Ended last = finish(start(cache, "0"));
        assertThat(last.status()).as(last.text()).isZero();
        assertThat(last.identity()).isEqualTo(undisturbed);
        assertThat(left.processes()).isEmpty();
        assertThat(last.text()).as("goes on where it was").doesNotContain("unpacking");
    }

    @Test
    void afterAFullDisk() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=500k", "tmpfs", disk.toString()) == 0,
                "mounting a tmpfs is not permitted: full disk not tested this way");
        try {
            // First the compiler meets the end of the disk, then the driver itself.
            Ended first = finish(start(disk, "0"));
            assertThat(first.status()).as(first.text()).isEqualTo(Kind.STORAGE.exitCode());
            assertThat(first.text()).contains("No space left on device");
            resize(disk, "4m");
            Ended second = finish(start(disk, "0"));
            assertThat(second.status()).as(second.text()).isEqualTo(Kind.STORAGE.exitCode());
            assertThat(second.text()).contains("step image: ", "No space left on device");
            resize(disk, "64m");
            Ended third = finish(start(disk, "0"));
            assertThat(third.status()).as(third.text()).isZero();
            assertThat(third.identity()).isEqualTo(undisturbed);
            assertThat(third.text()).contains("objects stored", "image ran");
        } finally {
            assertThat(run("umount", disk.toString())).isZero();
        }
    }

    private static void resize(Path disk, String size) throws Exception {
        assertThat(run("mount", "-o", "remount,size=" + size, disk.toString())).isZero();
    }

    private static int run(String... command) throws IOException, InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return process.waitFor();
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    void afterAFileThatGrewTooLarge() throws Exception {
        Path cache = directory.resolve("cache");
        // A full disk for those who may not mount one: no file longer than 1 MB.
        Process limited =
                new ProcessBuilder(
                                "/bin/sh",
                                "-c",
                                "ulimit -f 2048; exec \"$@\"",
                                "sh",
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-Xshare:off",
                                "-XX:-UsePerfData",
                                "-cp",
                                ChildJvm.classPath(),
                                Pipeline.class.getName(),
                                cache.toString(),
                                sources.toString(),
                                digest,
                                "0")
                        .redirectErrorStream(true)
                        .start();
        Ended first = finish(limited);
        assertThat(first.status()).as(first.text()).isEqualTo(Kind.STORAGE.exitCode());
        assertThat(first.text()).contains("step image: ", "File too large");
        Ended second = finish(start(cache, "0"));
        assertThat(second.status()).as(second.text()).isZero();
        assertThat(second.identity()).isEqualTo(undisturbed);
        assertThat(second.text()).contains("objects stored");
    }

    @Test
    void withTwoDriversAtOnce() throws Exception {
        Path cache = directory.resolve("cache");
        List<Process> drivers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            drivers.add(start(cache, "0.02"));
        }
        int ran = 0;
        for (Process driver : drivers) {
            Ended ended = finish(driver);
            assertThat(ended.status()).as(ended.text()).isZero();
            assertThat(ended.identity()).isEqualTo(undisturbed);
            ran += ended.text().contains("objects ran") ? 1 : 0;
            ran += ended.text().contains("image ran") ? 1 : 0;
        }
        assertThat(ran).as("each step once").isEqualTo(2);
    }

    @Test
    void afterABrokenArchive() throws Exception {
        byte[] cut = Arrays.copyOf(bytes, bytes.length - 20);
        Path file = sources.resolve("demo-1.tar.gz");
        Files.write(file, cut);
        // With the digest of what should be there, and with its own.
        assertKind(Kind.CHECKSUM, () -> build("cache", digest, "/usr/bin:/bin"));
        assertKind(Kind.ARCHIVE, () -> build("cache", Digests.of(cut), "/usr/bin:/bin"));
        Files.write(file, bytes);
        assertThat(identity(build("cache", digest, "/usr/bin:/bin"))).isEqualTo(undisturbed);
    }

    private interface Attempt {
        void run() throws Exception;
    }

    private static void assertKind(Kind kind, Attempt attempt) {
        assertThatThrownBy(attempt::run)
                .isInstanceOf(ToolchainException.class)
                .extracting(e -> ((ToolchainException) e).kind())
                .isEqualTo(kind);
    }

    @Test
    void afterAMissingTool() throws Exception {
        Path tools = Files.createDirectory(directory.resolve("tools"));
        for (String tool : List.of("mkdir", "sleep", "mv")) {
            Files.createSymbolicLink(tools.resolve(tool), Path.of("/bin", tool));
        }
        assertThatThrownBy(() -> build("cache", digest, tools.toString()))
                .hasMessageContaining("tr: not found")
                .hasMessageContaining("log: ");
        Files.createSymbolicLink(tools.resolve("tr"), Path.of("/usr/bin/tr"));
        assertThat(identity(build("cache", digest, tools.toString()))).isEqualTo(undisturbed);
    }

    @Test
    void pastDeadAndLyingMirrors() throws Exception {
        URI dead;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            dead = URI.create("http://127.0.0.1:" + closed.getLocalPort() + "/archive");
        }
        byte[] lie = bytes.clone();
        lie[lie.length / 2] ^= 1;
        Path root = directory.resolve("cache");
        Download quick =
                new Download(
                        new Download.Limits(
                                2,
                                Duration.ofMillis(5),
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(2)),
                        Map.of());
        SourceStore store = new SourceStore(CacheLayout.of(root), List.of(), false, quick);
        try (Mirror lying = new Mirror(Mirror.whole(lie));
                Mirror hangsUp = new Mirror(Mirror.drops(bytes, 100), Mirror.whole(bytes))) {
            SourceArchive bad = Pipeline.archive(digest, dead, lying.location());
            assertKind(
                    Kind.CHECKSUM,
                    () ->
                            new Pipeline(root, bad, store, "0", "/usr/bin:/bin")
                                    .run(BuildListener.NONE));
            SourceArchive good =
                    Pipeline.archive(digest, dead, lying.location(), hangsUp.location());
            List<StepReport> reports =
                    new Pipeline(root, good, store, "0", "/usr/bin:/bin").run(BuildListener.NONE);
            assertThat(identity(reports)).isEqualTo(undisturbed);
        }
    }
}
