/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.step;

import dev.wasmlinux.toolchain.BuildListener;
import dev.wasmlinux.toolchain.BuildReport.ToolUse;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.io.CacheLayout;
import dev.wasmlinux.toolchain.io.FileLocks;
import dev.wasmlinux.toolchain.io.Trees;
import dev.wasmlinux.toolchain.process.Command;
import dev.wasmlinux.toolchain.process.Cookie;
import dev.wasmlinux.toolchain.process.OutputWatch;
import dev.wasmlinux.toolchain.process.ToolRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * What a running step may use: its output, locked workspaces, its dependencies' results, and a way
 * to run tools. Belongs to the thread that runs the step.
 */
public final class StepContext {
    private final Step step;
    private final Path output;
    private final Path log;
    private final CacheLayout layout;
    private final Map<String, StoredResult> dependencies;
    private final BuildListener listener;
    private final Cookie cookie;
    private final ToolRunner runner;
    private final Deque<AutoCloseable> held = new ArrayDeque<>();
    private final List<String> commands = new ArrayList<>();
    private int expected;
    private int objects;
    private boolean incremental;

    StepContext(
            Step step,
            Path output,
            Path log,
            CacheLayout layout,
            Map<String, StoredResult> dependencies,
            BuildListener listener,
            Cookie cookie,
            int expected) {
        this.step = step;
        this.output = output;
        this.log = log;
        this.layout = layout;
        this.dependencies = dependencies;
        this.listener = listener;
        this.cookie = cookie;
        this.expected = expected;
        this.runner = new ToolRunner(cookie, log);
    }

    /** The directory to fill; empty at first, stored if the step returns normally. */
    public Path output() {
        return output;
    }

    /** The listener of this build. */
    public BuildListener listener() {
        return listener;
    }

    /**
     * The result of a dependency.
     *
     * @param name one of {@link Step#dependencies()}
     * @return directory of its files, which must not be modified
     */
    public Path dependency(String name) {
        StoredResult result = dependencies.get(name);
        if (result == null) {
            throw new IllegalArgumentException(step.name() + " does not depend on " + name);
        }
        return result.directory();
    }

    /**
     * A directory that lives on between runs, locked for this step until it ends. Processes that a
     * killed driver has left in it are ended first.
     *
     * @param name workspace name, may be shared by several steps
     * @return existing directory
     * @throws IOException if it cannot be created or locked
     * @throws InterruptedException if cancelled while waiting for another driver
     */
    public Path workspace(String name) throws IOException, InterruptedException {
        FileLocks lock =
                FileLocks.acquire(
                        layout.lock("work-" + name), () -> listener.waiting("workspace " + name));
        held.push(lock);
        StepEngine.endLeftovers(lock);
        lock.note(cookie.value());
        held.push(() -> lock.note(""));
        layout.createWork();
        return Files.createDirectories(layout.work().resolve(name));
    }

    /**
     * An empty directory that is deleted when the step ends.
     *
     * @return existing directory
     * @throws IOException if it cannot be created
     */
    public Path scratch() throws IOException {
        layout.createWork();
        Path directory = Files.createTempDirectory(layout.work(), "scratch-");
        held.push(() -> Trees.delete(directory));
        return directory;
    }

    /**
     * Says what comes next.
     *
     * @param text for example "unpacking busybox-1.37.0.tar.bz2"
     */
    public void action(String text) {
        listener.stepAction(step.name(), text);
    }

    /** Says that objects of an earlier run are used again, so the usual number is no measure. */
    public void incremental() {
        incremental = true;
        expected = 0;
    }

    /**
     * Runs a tool to its end.
     *
     * @param command what to run
     * @throws ToolchainException if its exit status is not 0, with the first error and the last
     *     lines of its output, or if it runs into a limit; {@link Kind#STORAGE} if the tool says
     *     that the disk is full
     * @throws InterruptedException if cancelled; all processes have ended then
     */
    public void run(Command command) throws ToolchainException, InterruptedException {
        commands.add(command.shellText());
        int before = objects;
        OutputWatch watch =
                new OutputWatch(
                        count -> {
                            objects = before + count;
                            listener.stepProgress(step.name(), objects, expected);
                        });
        int status;
        try {
            status = runner.run(command, watch);
        } catch (ToolchainException e) {
            throw new ToolchainException(e.kind(), failure(command, e.getMessage(), watch), e);
        }
        if (status != 0) {
            String how =
                    status > 128 ? "was ended by signal " + (status - 128) : "failed: " + status;
            Kind kind = watch.diskFull() ? Kind.STORAGE : Kind.BUILD;
            throw new ToolchainException(kind, failure(command, how, watch));
        }
    }

    private String failure(Command command, String how, OutputWatch watch) {
        StringBuilder text = new StringBuilder();
        text.append("step ").append(step.name()).append(": ");
        text.append(command.argv().get(0)).append(' ').append(how);
        watch.firstError().ifPresent(line -> text.append("\n  first error: ").append(line));
        List<String> last = watch.lastLines();
        if (!last.isEmpty()) {
            text.append("\n  last lines:");
            last.forEach(line -> text.append("\n    ").append(line));
        }
        return text.append("\n  log: ").append(log).toString();
    }

    List<String> commands() {
        return Collections.unmodifiableList(commands);
    }

    ToolUse use() {
        return runner.use();
    }

    int objects() {
        return objects;
    }

    boolean complete() {
        return !incremental;
    }

    /** Releases locks and deletes scratch directories, the latest first. */
    void close() throws IOException {
        IOException failure = null;
        while (!held.isEmpty()) {
            try {
                held.pop().close();
            } catch (IOException e) {
                failure = e;
            } catch (Exception e) {
                failure = new IOException(e);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
