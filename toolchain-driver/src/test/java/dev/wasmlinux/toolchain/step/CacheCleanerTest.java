/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.toolchain.BuildListener;
import dev.wasmlinux.toolchain.BuildReport.StepReport;
import dev.wasmlinux.toolchain.CleanReport;
import dev.wasmlinux.toolchain.CleanReport.Item;
import dev.wasmlinux.toolchain.CleanReport.Kind;
import dev.wasmlinux.toolchain.FakeTools;
import dev.wasmlinux.toolchain.Toolchain;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.io.CacheLayout;
import dev.wasmlinux.toolchain.process.Cookie;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CacheCleanerTest {
    @TempDir private Path directory;
    private CacheLayout layout;

    @BeforeEach
    void cache() {
        layout = CacheLayout.of(directory.resolve("cache"));
    }

    private static Step step(String name, int bytes) {
        return new Step() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public List<String> dependencies() {
                return List.of();
            }

            @Override
            public void inputs(StepInputs inputs) {
                inputs.add("bytes", Integer.toString(bytes));
            }

            @Override
            public void run(StepContext context) throws IOException, InterruptedException {
                Files.write(context.output().resolve("file"), new byte[bytes]);
                Files.write(context.workspace("w-" + name).resolve("object"), new byte[bytes]);
            }
        };
    }

    private StepReport run(Step step) throws Exception {
        return new StepEngine(layout, List.of(step), BuildListener.NONE)
                .run(List.of(step.name()), Set.of())
                .get(0);
    }

    private static void age(Path path, int hours) throws IOException {
        Files.setLastModifiedTime(path, FileTime.from(Instant.now().minusSeconds(hours * 3600L)));
    }

    private CleanReport shrink(long limit) throws Exception {
        return new CacheCleaner(layout).shrink(limit, false);
    }

    @Test
    void takesWhatWasUsedTheLongestTimeAgo() throws Exception {
        Path old = run(step("a", 100_000)).directory().getParent();
        Path used = run(step("b", 100_000)).directory().getParent();
        for (Path path : List.of(old, used, layout.lock("work-w-a"), layout.lock("work-w-b"))) {
            age(path, 5);
        }
        age(layout.lock("work-w-a"), 7);
        // A hit counts as use.
        run(step("b", 100_000));

        CleanReport report = shrink(250_000);
        assertThat(report.before()).isBetween(400_000L, 420_000L);
        assertThat(report.after()).isLessThanOrEqualTo(250_000);
        assertThat(report.removed())
                .extracting(Item::kind, Item::name)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(Kind.WORKSPACE, "work/w-a"),
                        org.assertj.core.groups.Tuple.tuple(
                                Kind.RESULT, "steps/a/" + old.getFileName()));
        assertThat(old).doesNotExist();
        assertThat(run(step("b", 100_000)).ran()).isFalse();
        assertThat(run(step("a", 100_000)).ran()).isTrue();
    }

    @Test
    void aDryRunTakesNothingAndAGenerousLimitToo() throws Exception {
        Path result = run(step("a", 1000)).directory();
        CleanReport report = new CacheCleaner(layout).shrink(0, true);
        assertThat(report.after()).isZero();
        assertThat(report.removed()).hasSizeGreaterThanOrEqualTo(2);
        assertThat(result).isNotEmptyDirectory();
        assertThat(shrink(1 << 30).removed()).isEmpty();
        assertThat(shrink(0).after()).isZero();
        assertThat(result).doesNotExist();
        assertThat(run(step("a", 1000)).ran()).isTrue();
    }

    @Test
    void leftoversGoWhateverTheLimitWithTheirProcesses() throws Exception {
        run(step("a", 1000));
        Files.createDirectories(layout.steps().resolve("a/.draft-1/out"));
        Files.createDirectories(layout.work().resolve("scratch-1"));
        Files.createDirectories(layout.work().resolve(".gone-w-1"));
        Files.createDirectories(layout.root().resolve(".gone-logs-1"));
        Cookie cookie = Cookie.create();
        ProcessBuilder builder = new ProcessBuilder("sleep", "1000");
        builder.environment().put(Cookie.VARIABLE, cookie.value());
        Process left = builder.start();
        Files.writeString(layout.lock("work-w-a"), cookie.value());

        CleanReport report = shrink(1 << 30);
        assertThat(report.removed())
                .extracting(Item::name)
                .containsExactlyInAnyOrder(
                        "steps/a/.draft-1", "work/scratch-1", "work/.gone-w-1", ".gone-logs-1");
        assertThat(report.removed()).allMatch(item -> item.kind() == Kind.LEFTOVER);
        assertThat(left.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(run(step("a", 1000)).ran()).isFalse();
    }

    @Test
    void archivesCodeAndLogsCountToo() throws Exception {
        Path archive = layout.sources().resolve("sha256/ab/abcd");
        Files.createDirectories(archive.getParent());
        Files.write(archive, new byte[5000]);
        age(archive, 3);
        Path code = layout.code().resolve("ab.code");
        Files.createDirectories(code.getParent());
        Files.write(code, new byte[5000]);
        age(code, 2);
        Path log = layout.logs().resolve("a-2.log");
        Files.createDirectories(log.getParent());
        Files.write(log, new byte[5000]);
        assertThat(shrink(11_000).removed()).extracting(Item::kind).containsExactly(Kind.ARCHIVE);
        assertThat(shrink(6000).removed()).extracting(Item::kind).containsExactly(Kind.CODE);
        assertThat(shrink(0).removed()).extracting(Item::kind).containsExactly(Kind.LOG);
    }

    @Test
    void waitsForWhoUsesTheCache() throws Exception {
        FakeTools tools = new FakeTools(directory.resolve("tools"));
        Toolchain toolchain =
                Toolchain.builder()
                        .cache(layout.root())
                        .environment(Map.of("PATH", tools.directory().toString()))
                        .build();
        CountDownLatch waiting = new CountDownLatch(1);
        AtomicReference<Object> outcome = new AtomicReference<>();
        Thread[] cleaner = new Thread[1];
        toolchain.holding(
                BuildListener.NONE,
                () -> {
                    Path result =
                            toolchain
                                    .run("compiler-runtime", BuildListener.NONE)
                                    .step("compiler-runtime")
                                    .directory();
                    cleaner[0] =
                            new Thread(
                                    () -> {
                                        try {
                                            outcome.set(
                                                    toolchain.shrinkCache(
                                                            0, false, hears(waiting)));
                                        } catch (Exception e) {
                                            outcome.set(e);
                                        }
                                    });
                    cleaner[0].start();
                    if (!waiting.await(20, TimeUnit.SECONDS)) {
                        throw new IOException("nobody waited");
                    }
                    assertThat(result).isNotEmptyDirectory();
                    return null;
                });
        cleaner[0].join();
        assertThat(outcome.get()).isInstanceOf(CleanReport.class);
        assertThat(((CleanReport) outcome.get()).after()).isZero();
        toolchain.run("compiler-runtime", BuildListener.NONE);
        toolchain.clean(List.of("compiler-runtime"), true, BuildListener.NONE);
        assertThatThrownBy(() -> toolchain.inspect("compiler-runtime"))
                .isInstanceOf(ToolchainException.class);
    }

    private static BuildListener hears(CountDownLatch waiting) {
        return new BuildListener() {
            @Override
            public void waiting(String what) {
                waiting.countDown();
            }
        };
    }
}
