/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.Initramfs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code wasm-linux run} as a process, as a user or a script calls it. */
@Timeout(300)
class RunCommandTest {
    @TempDir static Path directory;

    private static Path launcher;

    private Process process;

    @BeforeAll
    static void launcher() throws IOException {
        launcher = LauncherTree.make();
    }

    @AfterEach
    void stop() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    private record Result(int status, byte[] bytes, String err) {
        String out() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private ProcessBuilder builder(String... arguments) {
        List<String> command = new ArrayList<>(List.of(launcher.toString(), "run"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("WASM_LINUX_CACHE", directory.resolve("cache").toString());
        return builder.redirectError(directory.resolve("err").toFile());
    }

    private Result run(byte[] input, String... arguments) throws Exception {
        Path in = Files.write(directory.resolve("in"), input);
        process = builder(arguments).redirectInput(in.toFile()).start();
        byte[] out = process.getInputStream().readAllBytes();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("the process ends").isTrue();
        return new Result(process.exitValue(), out, Files.readString(directory.resolve("err")));
    }

    private Result run(String... arguments) throws Exception {
        return run(new byte[0], arguments);
    }

    private Path file(String name, byte[] content) throws IOException {
        return Files.write(directory.resolve(name), content);
    }

    private static byte[] image(String name) throws IOException {
        Path root = Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();
        Path file = root.resolve("wasm-linux-host/src/image").resolve(name + ".gz");
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return in.readAllBytes();
        }
    }

    @Test
    void behavesLikeTheCommand() throws Exception {
        Result result =
                run(
                        "--",
                        "sh",
                        "-c",
                        "uname -a; cat /proc/cpuinfo; ls -l /; echo $((6*7)) | tee /tmp/x;"
                                + " md5sum /bin/busybox; ps; echo error >&2; exit 7");
        assertThat(result.status()).isEqualTo(7);
        assertThat(result.out().lines())
                .anyMatch(line -> line.matches("Linux wasm-linux 6\\..* wasm GNU/Linux"))
                .anyMatch(line -> line.matches("processor\\s*: 0"))
                .anyMatch(line -> line.matches("dr-xr-xr-x.* proc"))
                .contains("42")
                .anyMatch(line -> line.matches("[0-9a-f]{32}  /bin/busybox"))
                .anyMatch(line -> line.matches(" +[0-9]+ root .* ps"));
        assertThat(result.err()).isEqualTo("error\n");
    }

    @Test
    void inputAndOutputAreTheCommands() throws Exception {
        assertThat(run("a\nb\n".getBytes(StandardCharsets.US_ASCII), "--", "wc", "-l").out())
                .isEqualTo("2\n");
        byte[] bytes = new byte[1 << 20];
        new Random(11).nextBytes(bytes);
        Result result = run(bytes, "--", "cat");
        assertThat(Arrays.equals(result.bytes(), bytes)).isTrue();
        assertThat(result.status()).isZero();
        assertThat(result.err()).isEmpty();
    }

    @Test
    void withoutATerminalTheInputIsTheShellsScript() throws Exception {
        Result result = run("x=42\necho $x\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(result.out()).isEqualTo("42\n");
        assertThat(result.err()).isEmpty();
        assertThat(result.status()).isZero();
    }

    @Test
    void aClosedPipeEndsTheCommandQuietly() throws Exception {
        process = builder("--", "yes").start();
        process.getOutputStream().close();
        assertThat(process.getInputStream().read()).isEqualTo('y');
        process.getInputStream().close();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isEqualTo(128 + 13);
        assertThat(directory.resolve("err")).isEmptyFile();
    }

    @Test
    void aCommandThatCannotBeStartedOrIsKilled() throws Exception {
        Result missing = run("--", "no-such-command");
        assertThat(missing.status()).isEqualTo(127);
        assertThat(missing.out()).isEmpty();
        assertThat(missing.err())
                .startsWith("wasm-linux: cannot run no-such-command")
                .hasLineCount(1);
        assertThat(run("--", "/etc/passwd").status()).isEqualTo(126);
        Result killed = run("--", "sh", "-c", "kill -9 $$");
        assertThat(killed.status()).isEqualTo(137);
        assertThat(killed.err()).isEmpty();
    }

    @Test
    void optionsReachTheKernel() throws Exception {
        Path extra = directory.resolve("extra.cpio.gz");
        Initramfs.builder()
                .directory("opt", 0755)
                .file("opt/hello", "added\n".getBytes(StandardCharsets.US_ASCII), 0644)
                .file("etc/hostname", "other\n".getBytes(StandardCharsets.US_ASCII), 0644)
                .build()
                .writeTo(extra, Compression.gzip(9));
        Result result =
                run(
                        "--memory",
                        "64M",
                        "--append",
                        "one=1 two",
                        "--initramfs",
                        extra.toString(),
                        "-v",
                        "--",
                        "sh",
                        "-c",
                        "cat /proc/cmdline /opt/hello /etc/hostname; sed -n 1p /proc/meminfo");
        assertThat(result.status()).isZero();
        String[] lines = result.out().split("\n");
        assertThat(lines[0]).endsWith(" one=1 two");
        assertThat(lines[1]).isEqualTo("added");
        assertThat(lines[2]).isEqualTo("other");
        int kilobytes = Integer.parseInt(lines[3].replaceAll("[^0-9]", ""));
        assertThat(kilobytes).isBetween(48 << 10, 64 << 10);
        assertThat(lines).hasSize(4);
        assertThat(result.err()).contains("Linux version 6.", "Run /init as init process");
    }

    @Test
    void anotherKernelIsBooted() throws Exception {
        file("vmlinux.symbols", image("vmlinux.symbols"));
        Path kernel = file("vmlinux.wasm", image("vmlinux.wasm"));
        Result result = run("--kernel", kernel.toString(), "--", "uname", "-s");
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).isEqualTo("Linux\n");
        Object kept = keptCode();
        // What was compiled now is there for the next run.
        Result again = run("--kernel", kernel.toString(), "--", "uname", "-s");
        assertThat(again.err()).isEmpty();
        assertThat(again.out()).isEqualTo("Linux\n");
        assertThat(keptCode()).isEqualTo(kept);
    }

    /** What tells the one file of compiled code from one written later. */
    private static Object keptCode() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("cache/code"))) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return Files.readAttributes(all.get(0), BasicFileAttributes.class).fileKey();
        }
    }

    /** The message is one line, and standard output is the command's alone. */
    private void fails(int status, String message, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("--", "echo", "started"));
        Result result = run(arguments.toArray(new String[0]));
        assertThat(result.err()).contains(message).doesNotContain("internal error", "\tat ");
        assertThat(result.out()).isEmpty();
        assertThat(result.status()).isEqualTo(status);
    }

    @Test
    void filesThatAreNoKernelAreRefused() throws Exception {
        byte[] kernel = image("vmlinux.wasm");
        Path cut = file("cut.wasm", Arrays.copyOf(kernel, kernel.length / 2));
        fails(125, "kernel image is cut short", "--kernel", cut.toString());
        Path foreign = file("foreign.wasm", new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0});
        fails(125, "cannot use the kernel: ", "--kernel", foreign.toString());
        fails(125, "there is no file", "--kernel", directory.resolve("none").toString());
    }

    @Test
    void filesThatAreNoInitramfsAreRefused() throws Exception {
        Path good = directory.resolve("good.cpio.gz");
        byte[] content = new byte[100_000];
        new Random(3).nextBytes(content);
        Initramfs.builder().file("file", content, 0644).build().writeTo(good, Compression.gzip(9));
        byte[] bytes = Files.readAllBytes(good);
        Path cut = file("cut.cpio.gz", Arrays.copyOf(bytes, bytes.length / 2));
        fails(125, "cut.cpio.gz is no initramfs", "--initramfs", cut.toString());
        Path text = file("text", "no archive".getBytes(StandardCharsets.US_ASCII));
        fails(125, "cannot use ", "--initramfs", text.toString());
    }

    @Test
    void valuesOutOfRangeAreWrongUsage() throws Exception {
        isWrongUsage("99 CPUs: must be 1 to 32", "--cpus", "99");
        isWrongUsage("1024 bytes of memory", "--memory", "1K");
        isWrongUsage("9663676416 bytes of memory", "--memory", "9G");
        isWrongUsage("not a size", "--memory", "99999999999G");
        isWrongUsage("kernel command line of", "--append", "x".repeat(600));
        fails(125, "bytes of memory are too small", "--memory", "1M");
    }

    /** In this JVM, since nothing is booted. */
    private static void isWrongUsage(String message, String option, String value) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String[] arguments = {"run", option, value, "--", "true"};
        int status = Main.run(arguments, new PrintStream(out, true), new PrintStream(err, true));
        assertThat(status).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains(message, "Usage: ");
        assertThat(out.size()).isZero();
    }

    @Test
    void aPanicIsReported() throws Exception {
        fails(125, "wasm-linux: PANIC: ", "--append", "rdinit=/nothing");
    }
}
