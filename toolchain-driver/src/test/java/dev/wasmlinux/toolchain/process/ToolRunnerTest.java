/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.toolchain.BuildReport.ToolUse;
import dev.wasmlinux.toolchain.ChildJvm;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ToolRunnerTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir Path directory;

    private final Cookie cookie = Cookie.create();

    private Path log() {
        return directory.resolve("logs/a step.log");
    }

    private Command shell(String script, Duration limit, Duration silence) {
        return new Command(
                List.of("/bin/sh", "-c", script),
                directory,
                Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C"),
                limit,
                silence);
    }

    private int run(Command command, OutputWatch watch) throws Exception {
        return new ToolRunner(cookie, log()).run(command, watch);
    }

    private static OutputWatch watch() {
        return new OutputWatch(count -> {});
    }

    @Test
    void passesStatusOutputAndNothingInherited() throws Exception {
        int status =
                run(shell("umask; cat; env | sort; echo there >&2; exit 9", LONG, LONG), watch());
        assertThat(status).isEqualTo(9);
        List<String> lines = Files.readAllLines(log());
        assertThat(lines).contains("0022", "LC_ALL=C", "there", "$ exit status 9");
        assertThat(lines).noneMatch(line -> line.startsWith("USER=") || line.startsWith("JAVA"));
        assertThat(lines)
                .filteredOn(line -> line.matches("[A-Z_]+=.*"))
                .extracting(line -> line.substring(0, line.indexOf('=')))
                .containsOnly("LC_ALL", "PATH", "PWD", Cookie.VARIABLE);
    }

    @Test
    void passesArgumentsWithBlanksQuotesAndOtherScripts() throws Exception {
        Path odd = Files.createDirectory(directory.resolve("mit Ümlaut 'und' $x"));
        Command command =
                new Command(
                        List.of("/bin/sh", "-c", "pwd; printf '<%s>\\n' \"$@\"", "sh", "a b", "ü'"),
                        odd,
                        Map.of("PATH", "/usr/bin:/bin"),
                        LONG,
                        LONG);
        assertThat(run(command, watch())).isZero();
        assertThat(Files.readAllLines(log())).contains(odd.toString(), "<a b>", "<ü'>");
    }

    @Test
    void aMissingProgramIsAStatusAndNamed() throws Exception {
        OutputWatch watch = watch();
        int status =
                run(new Command(List.of("/no/such tool"), directory, Map.of(), LONG, LONG), watch);
        assertThat(status).isEqualTo(127);
        assertThat(watch.firstError().orElseThrow()).contains("/no/such tool");
    }

    @Test
    void findsTheFirstCompilerErrorAmongNoise() throws Exception {
        OutputWatch watch = watch();
        run(
                shell(
                        "echo '  CC      a.o'; echo '  CC      b.o'; echo 'a.c:1:2: warning: hm';"
                                + " echo 'make[2]: *** [Makefile:3: a.o] Error 1';"
                                + " echo 'b.c:7:1: error: no'; echo 'c.c:8:1: error: later'; exit 2",
                        LONG,
                        LONG),
                watch);
        assertThat(watch.firstError()).contains("b.c:7:1: error: no");
        assertThat(watch.objects()).isEqualTo(2);
        assertThat(watch.lastLines()).endsWith("c.c:8:1: error: later");
    }

    /** Burns processor time in a grandchild, until the clock of its own process says enough. */
    private static final String BURN =
            "sh -c 'while :; do i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done;"
                    + " set -- $(cat /proc/$$/stat); [ ${14} -lt 30 ] || exit 0; done'";

    @Test
    void countsTheTimeOfAllProcessesThatWereWaitedFor() throws Exception {
        ToolRunner runner = new ToolRunner(cookie, log());
        assertThat(runner.use()).isEqualTo(ToolUse.UNKNOWN);
        long start = System.nanoTime();
        assertThat(runner.run(shell("(" + BURN + "); " + BURN, LONG, LONG), watch())).isZero();
        Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
        // 30 ticks of 10 ms each, and a processor each at the most.
        assertThat(runner.use().cpu().orElseThrow())
                .isBetween(Duration.ofMillis(580), elapsed.plusMillis(50));
        Duration before = runner.use().cpu().orElseThrow();
        runner.run(shell(BURN + "; exit 3", LONG, LONG), watch());
        assertThat(runner.use().cpu().orElseThrow().minus(before))
                .isGreaterThan(Duration.ofMillis(280));
    }

    @Test
    void seesTheMemoryOfProcessesThatRunTogether() throws Exception {
        // Each holds a text of 16 MiB, and waits until the other one has its own.
        String hold =
                "x=$(head -c 16777216 /dev/zero | tr '\\0' x); : > ready$1;"
                        + " while [ ! -e ready$2 ]; do sleep 0.05; done; sleep 0.6";
        ToolRunner runner = new ToolRunner(cookie, log());
        runner.run(
                shell(
                        "h='"
                                + hold.replace("'", "'\\''")
                                + "';"
                                + " sh -c \"$h\" sh 1 2 & sh -c \"$h\" sh 2 1; wait",
                        LONG,
                        LONG),
                watch());
        assertThat(runner.use().peakMemory().orElseThrow()).isBetween(32L << 20, 400L << 20);
    }

    @Test
    void oneToolWithoutATimeMakesTheSumUnknown() {
        String times = "0m0.010000s 0m0.020000s\n1m2.500000s 0m0.25s\n";
        UseWatch use = new UseWatch();
        use.began();
        use.ended("Terminated\n" + times);
        assertThat(use.use().cpu()).contains(Duration.ofMillis(62_750));
        use.began();
        use.ended("0m0.010000s 0m0.020000s\n1m2."); // killed while it wrote
        assertThat(use.use().cpu()).isEmpty();
    }

    @Test
    void theToolsOwnLinesAreNoTimes() throws Exception {
        ToolRunner runner = new ToolRunner(cookie, log());
        runner.run(shell("echo 9m9.000000s 9m9.000000s >&2", LONG, LONG), watch());
        assertThat(runner.use().cpu().orElseThrow()).isLessThan(Duration.ofMinutes(1));
        assertThat(Files.readString(log())).contains("9m9.000000s").doesNotContain("0m0");
    }

    @Test
    void endsWhatTakesTooLong() {
        assertThatThrownBy(
                        () ->
                                run(
                                        shell(
                                                "while :; do echo x; sleep 0.05; done",
                                                Duration.ofMillis(300),
                                                LONG),
                                        watch()))
                .isInstanceOf(ToolchainException.class)
                .hasMessageContaining("took longer than PT0.3S")
                .extracting(e -> ((ToolchainException) e).kind())
                .isEqualTo(Kind.BUILD);
        assertThat(cookie.processes()).isEmpty();
    }

    @Test
    void endsWhatFallsSilent() {
        assertThatThrownBy(
                        () -> run(shell("echo x; sleep 60", LONG, Duration.ofMillis(300)), watch()))
                .hasMessageContaining("printed nothing for PT0.3S");
        assertThat(cookie.processes()).isEmpty();
    }

    /** Four kinds of children, of which process groups and parents lose some. */
    private static final String FAMILY =
            "trap '' TERM HUP; "
                    + "(trap '' TERM; sleep 1000) & "
                    + "(sleep 1000 &) ; "
                    + "setsid sleep 1000 & "
                    + "(setsid sh -c 'sleep 1000 & sleep 1000' &) ; "
                    + "echo ready; wait";

    @Test
    void cancellingLeavesNoProcessBehind() throws Exception {
        CountDownLatch ready = new CountDownLatch(1);
        AtomicReference<Throwable> ended = new AtomicReference<>();
        OutputWatch watch = new OutputWatch(count -> ready.countDown());
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                run(
                                        shell(
                                                FAMILY.replace("echo ready", "echo '  CC  x'"),
                                                LONG,
                                                LONG),
                                        watch);
                            } catch (Throwable e) {
                                ended.set(e);
                            }
                        });
        thread.start();
        assertThat(ready.await(10, TimeUnit.SECONDS)).isTrue();
        while (cookie.processes().size() < 6) {
            Thread.onSpinWait();
        }
        thread.interrupt();
        thread.join();
        assertThat(ended.get()).isInstanceOf(InterruptedException.class);
        assertThat(cookie.processes()).isEmpty();
    }

    @Test
    void orphansOfAFinishedToolEnd() throws Exception {
        int status = run(shell("(setsid sleep 1000 &) ; echo done", LONG, LONG), watch());
        assertThat(status).isZero();
        assertThat(cookie.processes()).isEmpty();
    }

    @Test
    void aJvmThatIsAskedToEndEndsItsTools() throws Exception {
        Process jvm = ChildJvm.start(Child.class, cookie.value(), log().toString());
        CompletableFuture<Void> started = new CompletableFuture<>();
        List<String> said = new CopyOnWriteArrayList<>();
        Thread reader =
                new Thread(
                        () ->
                                jvm.inputReader()
                                        .lines()
                                        .forEach(
                                                line -> {
                                                    if (line.equals("started")) {
                                                        started.complete(null);
                                                    } else {
                                                        said.add(line);
                                                    }
                                                }));
        reader.start();
        started.get(20, TimeUnit.SECONDS);
        assertThat(cookie.processes()).isNotEmpty();
        jvm.destroy();
        assertThat(jvm.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(cookie.processes()).isEmpty();
        reader.join();
        assertThat(said).as("the tool was ended, it has not failed").doesNotContain("failed");
    }

    /** Runs a tool that would run for ever. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws Exception {
            Path log = Path.of(arguments[1]);
            int status =
                    new ToolRunner(new Cookie(arguments[0]), log)
                            .run(
                                    new Command(
                                            List.of(
                                                    "/bin/sh",
                                                    "-c",
                                                    "setsid sleep 1000 & echo ' CC x'; wait"),
                                            log.toAbsolutePath().getRoot(),
                                            Map.of("PATH", "/usr/bin:/bin"),
                                            LONG,
                                            LONG),
                                    new OutputWatch(count -> System.out.println("started")));
            System.out.println(status == 0 ? "done" : "failed");
        }
    }
}
