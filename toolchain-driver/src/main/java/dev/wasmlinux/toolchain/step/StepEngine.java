/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.step;

import dev.wasmlinux.toolchain.BuildListener;
import dev.wasmlinux.toolchain.BuildPlan.PlannedStep;
import dev.wasmlinux.toolchain.BuildReport.StepReport;
import dev.wasmlinux.toolchain.BuildReport.ToolUse;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.io.CacheLayout;
import dev.wasmlinux.toolchain.io.FileLocks;
import dev.wasmlinux.toolchain.process.Cookie;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Brings steps up to date: those whose key has a stored result are done, the others run, one after
 * the other (the tools inside use the processors).
 *
 * <p>A step's key is the digest of its own inputs and of its dependencies' results, so a dependency
 * that runs again and gives the same files makes nobody else run. Several engines, also in several
 * processes, may share a cache: who comes second waits for the step and then finds its result.
 */
public final class StepEngine {
    private static final int LOGS_KEPT = 10;

    private final CacheLayout layout;
    private final StepCache cache;
    private final Map<String, Step> steps = new LinkedHashMap<>();
    private final BuildListener listener;

    /**
     * Creates an engine.
     *
     * @param layout where everything lies
     * @param steps all steps there are
     * @param listener hears what happens
     * @throws IllegalArgumentException if two steps have one name, or one depends on an unknown one
     */
    public StepEngine(CacheLayout layout, Collection<Step> steps, BuildListener listener) {
        this.layout = layout;
        this.cache = new StepCache(layout.steps());
        this.listener = listener;
        for (Step step : steps) {
            if (this.steps.putIfAbsent(step.name(), step) != null) {
                throw new IllegalArgumentException("two steps " + step.name());
            }
        }
        for (Step step : steps) {
            for (String dependency : step.dependencies()) {
                if (!this.steps.containsKey(dependency)) {
                    throw new IllegalArgumentException(
                            step.name() + " depends on unknown " + dependency);
                }
            }
        }
    }

    /**
     * Brings steps up to date.
     *
     * @param targets names of the wanted steps
     * @param forced names of steps that run even if their result is stored
     * @return a report of every step that was needed, dependencies first
     * @throws ToolchainException if a step fails; those before it are stored
     * @throws InterruptedException if cancelled
     */
    public List<StepReport> run(Collection<String> targets, Set<String> forced)
            throws ToolchainException, InterruptedException {
        return run(targets, forced, new StepRun());
    }

    /**
     * As {@link #run(Collection, Set)}, and tells how far it comes if it fails.
     *
     * @param targets names of the wanted steps
     * @param forced names of steps that run even if their result is stored
     * @param run learns how far it comes; for one run only
     * @return a report of every step that was needed, dependencies first
     * @throws ToolchainException if a step fails; those before it are stored
     * @throws InterruptedException if cancelled
     */
    public List<StepReport> run(Collection<String> targets, Set<String> forced, StepRun run)
            throws ToolchainException, InterruptedException {
        Map<String, StoredResult> results = new HashMap<>();
        for (Step step : order(targets)) {
            run.begin(step.name());
            StepReport report = bring(step, forced.contains(step.name()), results, run);
            run.finished(report);
            listener.stepFinished(report);
        }
        return run.done();
    }

    /**
     * The steps that targets need, dependencies first.
     *
     * @param targets names
     * @return steps in a possible order of running
     * @throws ToolchainException if a name is unknown ({@link Kind#USAGE})
     */
    public List<Step> order(Collection<String> targets) throws ToolchainException {
        Set<Step> ordered = new LinkedHashSet<>();
        for (String target : targets) {
            visit(target, ordered, new LinkedHashSet<>());
        }
        return List.copyOf(ordered);
    }

    private void visit(String name, Set<Step> ordered, Set<String> path) throws ToolchainException {
        Step step = steps.get(name);
        if (step == null) {
            throw new ToolchainException(
                    Kind.USAGE,
                    "no step " + name + "; there are: " + String.join(", ", steps.keySet()));
        }
        if (!path.add(name)) {
            throw new IllegalStateException("steps depend on each other: " + path);
        }
        for (String dependency : step.dependencies()) {
            visit(dependency, ordered, path);
        }
        path.remove(name);
        ordered.add(step);
    }

    /**
     * Says which steps would run and why, without running anything.
     *
     * @param targets names of the wanted steps
     * @return every step that they need, dependencies first
     * @throws ToolchainException if a name is unknown or inputs cannot be found out
     */
    public List<PlannedStep> plan(Collection<String> targets) throws ToolchainException {
        Map<String, StoredResult> results = new HashMap<>();
        List<PlannedStep> plan = new ArrayList<>();
        for (Step step : order(targets)) {
            List<String> waiting = new ArrayList<>(step.dependencies());
            waiting.removeAll(results.keySet());
            if (!waiting.isEmpty()) {
                String names = String.join(", ", waiting);
                plan.add(
                        new PlannedStep(
                                step.name(), true, "runs if the result changes of: " + names));
                continue;
            }
            StepInputs inputs = inputs(step, results);
            Optional<StoredResult> stored = cache.find(step.name(), inputs.key());
            if (stored.isPresent()) {
                results.put(step.name(), stored.get());
            }
            plan.add(
                    new PlannedStep(
                            step.name(),
                            stored.isEmpty(),
                            stored.isPresent()
                                    ? "up to date: the result for its inputs is stored"
                                    : "runs: " + reason(step, inputs)));
        }
        return plan;
    }

    private static StepInputs inputs(Step step, Map<String, StoredResult> results)
            throws ToolchainException {
        StepInputs inputs = new StepInputs();
        inputs.add("step", step.name());
        step.inputs(inputs);
        for (String dependency : step.dependencies()) {
            inputs.add("result of " + dependency, results.get(dependency).identity());
        }
        return inputs;
    }

    private StepReport bring(
            Step step, boolean force, Map<String, StoredResult> results, StepRun run)
            throws ToolchainException, InterruptedException {
        long start = System.nanoTime();
        StepInputs inputs = inputs(step, results);
        try {
            Optional<StoredResult> stored = cache.find(step.name(), inputs.key());
            if (stored.isPresent() && !force) {
                cache.markLast(stored.get());
                return report(
                        step,
                        stored.get(),
                        false,
                        "nothing changed",
                        start,
                        ToolUse.UNKNOWN,
                        results);
            }
            try (FileLocks lock =
                    FileLocks.acquire(
                            layout.lock("step-" + step.name()),
                            () -> listener.waiting("step " + step.name()))) {
                endLeftovers(lock);
                stored = cache.find(step.name(), inputs.key());
                if (stored.isPresent() && !force) {
                    cache.markLast(stored.get());
                    String reason = "another driver has just made it";
                    return report(
                            step, stored.get(), false, reason, start, ToolUse.UNKNOWN, results);
                }
                String reason = force ? "asked for" : reason(step, inputs);
                listener.stepStarted(step.name(), reason);
                Made made = make(step, inputs, results, lock, run);
                return report(step, made.result(), true, reason, start, made.use(), results);
            }
        } catch (ClosedByInterruptException e) {
            throw (InterruptedException) new InterruptedException().initCause(e);
        } catch (IOException e) {
            throw new ToolchainException(
                    Kind.STORAGE, "step " + step.name() + ": " + describe(e), e);
        }
    }

    private static StepReport report(
            Step step,
            StoredResult result,
            boolean ran,
            String reason,
            long start,
            ToolUse use,
            Map<String, StoredResult> results) {
        results.put(step.name(), result);
        return result.report(ran, reason, Duration.ofNanos(System.nanoTime() - start), use);
    }

    /** What a run gave. */
    private record Made(StoredResult result, ToolUse use) {}

    private Made make(
            Step step,
            StepInputs inputs,
            Map<String, StoredResult> results,
            FileLocks lock,
            StepRun run)
            throws ToolchainException, IOException, InterruptedException {
        cache.deleteDrafts(step.name());
        Cookie cookie = Cookie.create();
        lock.note(cookie.value());
        int expected =
                cache.last(step.name())
                        .filter(StoredResult::complete)
                        .map(StoredResult::objects)
                        .orElse(step.usualObjects());
        Path draft = cache.newDraft(step.name());
        Path log = newLog(step.name());
        Map<String, StoredResult> visible =
                step.dependencies().stream().collect(Collectors.toMap(n -> n, results::get));
        StepContext context =
                new StepContext(
                        step,
                        draft.resolve("out"),
                        log,
                        layout,
                        visible,
                        listener,
                        cookie,
                        expected);
        run.runs(log, context);
        boolean done = false;
        try {
            try {
                step.run(context);
            } finally {
                context.close();
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            StoredResult result =
                    cache.store(
                            draft,
                            step.name(),
                            inputs.values(),
                            context.commands(),
                            context.objects(),
                            context.complete(),
                            log);
            done = true;
            return new Made(result, context.use());
        } finally {
            lock.note("");
            if (!done) {
                cache.deleteDrafts(step.name());
            }
        }
    }

    /** Ends processes that a killed driver has left under a lock. */
    static void endLeftovers(FileLocks lock) throws IOException {
        Optional<Cookie> left = Cookie.parse(lock.previousNote());
        if (left.isPresent() && !left.get().endAll(List.of(), 0)) {
            throw new IOException("processes of an earlier, killed build cannot be ended");
        }
    }

    private Path newLog(String name) throws IOException {
        Files.createDirectories(layout.logs());
        TreeSet<Path> old = new TreeSet<>();
        try (var entries = Files.newDirectoryStream(layout.logs(), name + "-2*.log")) {
            entries.forEach(old::add);
        }
        while (old.size() >= LOGS_KEPT) {
            Files.deleteIfExists(old.pollFirst());
        }
        String time =
                DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss.SSS").format(LocalDateTime.now());
        return layout.logs().resolve(name + "-" + time + ".log");
    }

    private String reason(Step step, StepInputs inputs) {
        Optional<StoredResult> last = cache.last(step.name());
        if (last.isEmpty()) {
            return "there is no stored result";
        }
        Map<String, String> before = last.get().inputs();
        Map<String, String> now = inputs.values();
        List<String> changes = new ArrayList<>();
        Set<String> names = new TreeSet<>(before.keySet());
        names.addAll(now.keySet());
        for (String name : names) {
            String was = before.get(name);
            String is = now.get(name);
            if (was == null) {
                changes.add("new input " + name);
            } else if (is == null) {
                changes.add("input " + name + " is gone");
            } else if (!was.equals(is)) {
                changes.add(name + " changed (" + brief(was) + " -> " + brief(is) + ")");
            }
        }
        return changes.isEmpty() ? "its stored result is gone" : String.join("; ", changes);
    }

    private static String brief(String value) {
        if (value.matches("[0-9a-f]{64}")) {
            return value.substring(0, 12);
        }
        return value.length() <= 60 ? value : value.substring(0, 57) + "...";
    }

    private static String describe(IOException e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return e instanceof java.nio.file.FileSystemException
                ? e.getClass().getSimpleName().replace("Exception", "") + ": " + message
                : message;
    }
}
