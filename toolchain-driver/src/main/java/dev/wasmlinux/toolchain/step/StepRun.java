/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.step;

import dev.wasmlinux.toolchain.BuildReport.StepReport;
import dev.wasmlinux.toolchain.BuildReport.ToolUse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How far an engine has come, also if it ends with an exception. Belongs to the engine's thread.
 */
public final class StepRun {
    private final List<StepReport> done = new ArrayList<>();
    private String step;
    private long start;
    private Path log;
    private StepContext context;

    /**
     * A step that has no result.
     *
     * @param name its name
     * @param elapsed how long it was tried
     * @param commands command lines so far, the last one unfinished or failed
     * @param log its log; empty if no tool had begun to write one
     * @param use what its tools used
     */
    public record Unfinished(
            String name,
            Duration elapsed,
            List<String> commands,
            Optional<Path> log,
            ToolUse use) {}

    void begin(String name) {
        step = name;
        start = System.nanoTime();
        log = null;
        context = null;
    }

    void runs(Path logFile, StepContext stepContext) {
        log = logFile;
        context = stepContext;
    }

    void finished(StepReport report) {
        step = null;
        done.add(report);
    }

    /** The steps whose results are there, in the order in which they came. */
    public List<StepReport> done() {
        return List.copyOf(done);
    }

    /** The step that the engine was at when it ended, if it ended within one. */
    public Optional<Unfinished> unfinished() {
        if (step == null) {
            return Optional.empty();
        }
        return Optional.of(
                new Unfinished(
                        step,
                        Duration.ofNanos(System.nanoTime() - start),
                        context == null ? List.of() : List.copyOf(context.commands()),
                        Optional.ofNullable(log).filter(Files::exists),
                        context == null ? ToolUse.UNKNOWN : context.use()));
    }
}
