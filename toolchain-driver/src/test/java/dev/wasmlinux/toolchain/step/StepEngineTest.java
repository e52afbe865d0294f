/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.toolchain.BuildListener;
import dev.wasmlinux.toolchain.BuildPlan.PlannedStep;
import dev.wasmlinux.toolchain.BuildReport.StepReport;
import dev.wasmlinux.toolchain.BuildReport.ToolUse;
import dev.wasmlinux.toolchain.ChildJvm;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.io.CacheLayout;
import dev.wasmlinux.toolchain.io.FileLocks;
import dev.wasmlinux.toolchain.process.Command;
import dev.wasmlinux.toolchain.process.Cookie;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StepEngineTest {
    @TempDir Path directory;

    private CacheLayout layout;
    private final List<String> ran = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void cache() {
        layout = CacheLayout.of(directory.resolve("cache"));
    }

    /** What a test step does. */
    interface Body {
        void run(StepContext context) throws ToolchainException, IOException, InterruptedException;
    }

    private Step step(String name, String input, List<String> dependencies, Body body) {
        return new Step() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public List<String> dependencies() {
                return dependencies;
            }

            @Override
            public void inputs(StepInputs inputs) {
                inputs.add("input", input);
            }

            @Override
            public void run(StepContext context)
                    throws ToolchainException, IOException, InterruptedException {
                ran.add(name);
                body.run(context);
            }
        };
    }

    private static Body writes(String text) {
        return context -> Files.writeString(context.output().resolve("file"), text);
    }

    private StepEngine engine(Step... steps) {
        return new StepEngine(layout, List.of(steps), BuildListener.NONE);
    }

    private List<StepReport> run(String target, Step... steps) throws Exception {
        return engine(steps).run(List.of(target), Set.of());
    }

    private static Body shell(String script) {
        return context ->
                context.run(
                        new Command(
                                List.of("/bin/sh", "-c", script),
                                context.output(),
                                Map.of("PATH", "/usr/bin:/bin"),
                                Duration.ofMinutes(1),
                                Duration.ofMinutes(1)));
    }

    @Test
    void runsOnceAndThenFindsTheResult() throws Exception {
        Step step = step("one", "1", List.of(), writes("x"));
        StepReport first = run("one", step).get(0);
        StepReport second = run("one", step).get(0);
        assertThat(ran).containsExactly("one");
        assertThat(first.ran()).isTrue();
        assertThat(first.reason()).isEqualTo("there is no stored result");
        assertThat(second.ran()).isFalse();
        assertThat(second.directory().resolve("file")).hasContent("x");
        assertThat(second.key()).isEqualTo(first.key());
    }

    @Test
    void saysWhichInputChanged() throws Exception {
        run("one", step("one", "1", List.of(), writes("x")));
        StepEngine engine = engine(step("one", "2", List.of(), writes("x")));
        assertThat(engine.plan(List.of("one")))
                .containsExactly(new PlannedStep("one", true, "runs: input changed (1 -> 2)"));
        assertThat(engine.run(List.of("one"), Set.of()).get(0).reason())
                .isEqualTo("input changed (1 -> 2)");
        assertThat(engine.plan(List.of("one")))
                .containsExactly(
                        new PlannedStep(
                                "one", false, "up to date: the result for its inputs is stored"));
    }

    @Test
    void theSameResultOfADependencyMakesNobodyRun() throws Exception {
        Body copies =
                context ->
                        Files.copy(
                                context.dependency("below").resolve("file"),
                                context.output().resolve("copy"));
        Step above = step("above", "1", List.of("below"), copies);
        run("above", step("below", "1", List.of(), writes("same")), above);
        run("above", step("below", "2", List.of(), writes("same")), above);
        assertThat(ran).containsExactly("below", "above", "below");
        run("above", step("below", "3", List.of(), writes("other")), above);
        assertThat(ran).endsWith("below", "above");
    }

    @Test
    void forcedStepsRunAgain() throws Exception {
        Step step = step("one", "1", List.of(), writes("x"));
        run("one", step);
        StepReport report = engine(step).run(List.of("one"), Set.of("one")).get(0);
        assertThat(report.ran()).isTrue();
        assertThat(report.reason()).isEqualTo("asked for");
        assertThat(ran).hasSize(2);
    }

    @Test
    void aFailedStepStoresNothingAndSaysWhatToLookAt() throws Exception {
        Step bad =
                step(
                        "bad",
                        "1",
                        List.of(),
                        shell("echo part > file; echo 'a.c:3:4: error: wrong'; exit 1"));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> run("bad", bad))
                    .isInstanceOf(ToolchainException.class)
                    .hasMessageContaining("step bad: /bin/sh failed: 1")
                    .hasMessageContaining("first error: a.c:3:4: error: wrong")
                    .hasMessageContaining("log: " + layout.logs())
                    .extracting(e -> ((ToolchainException) e).kind())
                    .isEqualTo(Kind.BUILD);
        }
        assertThat(ran).hasSize(2);
        assertThat(layout.steps().resolve("bad")).isEmptyDirectory();
    }

    @Test
    void onlyAStepThatRanToolsHasUsedSomething() throws Exception {
        Step tools = step("tools", "1", List.of(), shell("echo x > file; sleep 0.3"));
        StepReport ran = run("tools", tools).get(0);
        assertThat(ran.use().cpu()).isPresent();
        assertThat(ran.use().peakMemory()).isPresent();
        assertThat(run("tools", tools).get(0).use()).isEqualTo(ToolUse.UNKNOWN);
        Step none = step("none", "1", List.of(), writes("x"));
        assertThat(run("none", none).get(0).use()).isEqualTo(ToolUse.UNKNOWN);
    }

    @Test
    void aDamagedResultIsMadeAgain() throws Exception {
        Step step = step("one", "1", List.of(), writes("x"));
        Path file = run("one", step).get(0).directory().resolve("file");
        Files.delete(file);
        StepReport report = run("one", step).get(0);
        assertThat(report.reason()).isEqualTo("there is no stored result");
        assertThat(file).hasContent("x");
    }

    @Test
    void twoDriversMakeAResultOnce() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch waiting = new CountDownLatch(1);
        Step slow =
                step(
                        "slow",
                        "1",
                        List.of(),
                        context -> {
                            runs.incrementAndGet();
                            begun.countDown();
                            if (!waiting.await(20, TimeUnit.SECONDS)) {
                                throw new IOException("nobody waited");
                            }
                            writes("x").run(context);
                        });
        BuildListener hears =
                new BuildListener() {
                    @Override
                    public void waiting(String what) {
                        waiting.countDown();
                    }
                };
        ConcurrentLinkedQueue<Object> results = new ConcurrentLinkedQueue<>();
        Runnable build =
                () -> {
                    try {
                        results.addAll(
                                new StepEngine(layout, List.of(slow), hears)
                                        .run(List.of("slow"), Set.of()));
                    } catch (Exception e) {
                        results.add(e);
                    }
                };
        Thread first = new Thread(build);
        first.start();
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        Thread second = new Thread(build);
        second.start();
        first.join();
        second.join();
        assertThat(runs).hasValue(1);
        assertThat(results).hasSize(2).allMatch(r -> r instanceof StepReport);
        assertThat(results.stream().filter(r -> ((StepReport) r).ran())).hasSize(1);
    }

    @Test
    void anInterruptedStepIsNotDone() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        Step slow =
                step(
                        "slow",
                        "1",
                        List.of(),
                        context -> {
                            begun.countDown();
                            shell("sleep 1000").run(context);
                        });
        ConcurrentLinkedQueue<Throwable> ended = new ConcurrentLinkedQueue<>();
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                run("slow", slow);
                            } catch (Throwable e) {
                                ended.add(e);
                            }
                        });
        thread.start();
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        thread.interrupt();
        thread.join();
        assertThat(ended).singleElement().isInstanceOf(InterruptedException.class);
        assertThat(layout.steps().resolve("slow")).isEmptyDirectory();
    }

    @Test
    void aKilledDriverIsCleanedUpAfterAndItsStepRunsAgain() throws Exception {
        Process jvm = ChildJvm.start(Killed.class, layout.root().toString());
        assertThat(jvm.inputReader().readLine()).isEqualTo("started");
        Cookie left = Cookie.parse(Files.readString(layout.lock("step-slow"))).orElseThrow();
        assertThat(left.processes()).isNotEmpty();
        jvm.destroyForcibly().waitFor();
        assertThat(left.processes()).as("kill -9 reaches only the driver").isNotEmpty();

        StepReport report = run("slow", step("slow", "1", List.of(), writes("x"))).get(0);
        assertThat(left.processes()).isEmpty();
        assertThat(report.ran()).isTrue();
        try (var entries = Files.list(layout.steps().resolve("slow"))) {
            assertThat(entries.map(p -> p.getFileName().toString()))
                    .containsExactlyInAnyOrder(report.key(), "last");
        }
    }

    /** A driver in the middle of a step. */
    static final class Killed {
        private Killed() {}

        public static void main(String[] arguments) throws Exception {
            StepEngineTest test = new StepEngineTest();
            test.layout = CacheLayout.of(Path.of(arguments[0]));
            Step slow =
                    test.step(
                            "slow",
                            "1",
                            List.of(),
                            shell("echo half > file; echo '  CC x'; setsid sleep 1000 & wait"));
            BuildListener listener =
                    new BuildListener() {
                        @Override
                        public void stepProgress(String step, int objects, int expected) {
                            System.out.println("started");
                        }
                    };
            new StepEngine(test.layout, List.of(slow), listener).run(List.of("slow"), Set.of());
        }
    }

    @Test
    void workspacesLiveOnAndScratchDoesNot() throws Exception {
        List<Path> scratch = new ArrayList<>();
        Body body =
                context -> {
                    Path workspace = context.workspace("shared");
                    scratch.add(context.scratch());
                    Files.writeString(scratch.get(scratch.size() - 1).resolve("t"), "t");
                    Path counter = workspace.resolve("counter");
                    String old = Files.exists(counter) ? Files.readString(counter) : "";
                    Files.writeString(counter, old + "x");
                    writes(old + "x").run(context);
                };
        run("a", step("a", "1", List.of(), body));
        StepReport second = run("b", step("b", "1", List.of(), body)).get(0);
        assertThat(second.directory().resolve("file")).hasContent("xx");
        assertThat(scratch).allMatch(path -> !Files.exists(path));
        try (FileLocks lock = FileLocks.acquire(layout.lock("work-shared"), () -> {})) {
            assertThat(lock.previousNote()).isEmpty();
        }
    }

    @Test
    void unknownTargetsAndDependenciesAreNamed() {
        assertThatThrownBy(() -> run("two", step("one", "1", List.of(), writes("x"))))
                .hasMessage("no step two; there are: one");
        assertThatThrownBy(() -> engine(step("one", "1", List.of("zero"), writes("x"))))
                .hasMessage("one depends on unknown zero");
    }
}
