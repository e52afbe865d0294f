/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain;

import dev.wasmlinux.toolchain.BuildReport.Failure;
import dev.wasmlinux.toolchain.BuildReport.ToolUse;
import dev.wasmlinux.toolchain.recipe.BuildHost;
import dev.wasmlinux.toolchain.step.StepRun;
import dev.wasmlinux.toolchain.step.StepRun.Unfinished;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is noted while a build runs, for its report however it ends. */
final class BuildRecord {
    private final Instant started = Instant.now();
    private final long start = System.nanoTime();
    private final StepRun run = new StepRun();
    private final List<String> targets;
    private final Map<String, String> circumstances;

    /** Begins to record; the time counts from now. */
    BuildRecord(Collection<String> targets, Path cache, int jobs) {
        this.targets = List.copyOf(targets);
        this.circumstances =
                Map.of(
                        "java",
                        System.getProperty("java.vm.name") + " " + Runtime.version(),
                        "system",
                        System.getProperty("os.name")
                                + " "
                                + System.getProperty("os.version")
                                + " "
                                + System.getProperty("os.arch"),
                        "processors",
                        Integer.toString(Runtime.getRuntime().availableProcessors()),
                        "jobs",
                        Integer.toString(jobs),
                        "cache",
                        cache.toString(),
                        "environment",
                        BuildHost.fixedEnvironment().toString());
    }

    /** Where the engine notes how far it comes. */
    StepRun run() {
        return run;
    }

    /** The report of a build that did all that was asked for. */
    BuildReport done() {
        return report(Optional.empty());
    }

    /** The report of a build that ended with an exception. */
    BuildReport failed(Throwable e) {
        String error = Failure.INTERNAL;
        int exitCode = Toolchain.INTERNAL_ERROR;
        String message = e.toString();
        if (e instanceof ToolchainException known) {
            error = known.kind().name();
            exitCode = known.kind().exitCode();
            message = known.getMessage();
        } else if (e instanceof InterruptedException) {
            error = Failure.CANCELLED;
            exitCode = Toolchain.INTERRUPTED;
            message = "interrupted";
        }
        Optional<Unfinished> step = run.unfinished();
        return report(
                Optional.of(
                        new Failure(
                                step.map(Unfinished::name),
                                step.map(Unfinished::elapsed).orElse(Duration.ZERO),
                                error,
                                exitCode,
                                message,
                                step.map(Unfinished::commands).orElse(List.of()),
                                step.flatMap(Unfinished::log),
                                step.map(Unfinished::use).orElse(ToolUse.UNKNOWN))));
    }

    private BuildReport report(Optional<Failure> failure) {
        return new BuildReport(
                started,
                Duration.ofNanos(System.nanoTime() - start),
                targets,
                circumstances,
                run.done(),
                failure);
    }
}
