/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.process;

import dev.wasmlinux.toolchain.BuildReport.ToolUse;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Runs the tools of one build step, and leaves no process of theirs behind, however it ends.
 *
 * <p>Output goes to the step's log and to an {@link OutputWatch}. Standard input is empty. A JVM
 * that is asked to end (Ctrl-C) ends all running tools first; after a {@code kill -9} the next
 * driver does it, by the {@link Cookie} that the step's lock remembers. Not thread safe.
 */
public final class ToolRunner {
    private static final long GRACE_MILLIS = 1500;
    private static final long SAMPLE_MILLIS = 250;

    /**
     * The shell does what Java cannot: it sets the umask, and says on its standard error what time
     * the tool and all that the tool waited for have taken. It waits for a tool that is being
     * ended.
     */
    private static final String SHELL =
            "umask 022; trap : TERM; (exec \"$@\") 2>&1; s=$?; times >&2; exit $s";

    private static final Set<ToolRunner> ACTIVE = ConcurrentHashMap.newKeySet();

    /** Set when the JVM is asked to end, so that tools ended by us are not taken for failed. */
    private static volatile boolean ending;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(ToolRunner::endActive, "end-tools"));
    }

    private final Cookie cookie;
    private final Path log;
    private final UseWatch use = new UseWatch();
    private volatile Process process;
    private volatile IOException logFailure;
    private volatile long lastOutput;

    /**
     * Creates a runner.
     *
     * @param cookie mark for every process started
     * @param log file that output is appended to
     */
    public ToolRunner(Cookie cookie, Path log) {
        this.cookie = cookie;
        this.log = log;
    }

    private static void endActive() {
        ending = true;
        for (ToolRunner runner : ACTIVE) {
            runner.endAll();
        }
    }

    private boolean endAll() {
        Process running = process;
        List<ProcessHandle> connected = new ArrayList<>();
        if (running != null && running.isAlive()) {
            connected.add(running.toHandle());
        }
        return cookie.endAll(connected, GRACE_MILLIS);
    }

    /** What all tools so far have used. */
    public ToolUse use() {
        return use.use();
    }

    /**
     * Runs a command to its end.
     *
     * @param command what to run
     * @param watch reads the output along
     * @return the exit status, 128 + signal if a signal ended it
     * @throws ToolchainException if it cannot be started ({@link Kind#HOST}), runs into a limit
     *     ({@link Kind#BUILD}) or its log cannot be written ({@link Kind#STORAGE})
     * @throws InterruptedException if interrupted, or if the Java runtime is ending; all its
     *     processes have ended then
     */
    public int run(Command command, OutputWatch watch)
            throws ToolchainException, InterruptedException {
        List<String> argv = new ArrayList<>(List.of("/bin/sh", "-c", SHELL, "sh"));
        argv.addAll(command.argv());
        ProcessBuilder builder = new ProcessBuilder(argv);
        builder.directory(command.directory().toFile());
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().clear();
        builder.environment().putAll(command.environment());
        builder.environment().put(Cookie.VARIABLE, cookie.value());
        process = null;
        ACTIVE.add(this);
        boolean done = false;
        try (OutputStream out = openLog()) {
            write(out, "$ cd " + command.directory() + " && " + command.shellText() + "\n");
            process = start(builder, command);
            use.began();
            lastOutput = System.nanoTime();
            Thread reader = new Thread(() -> copy(process.getInputStream(), out, watch));
            reader.setName("tool-output");
            reader.setDaemon(true);
            reader.start();
            int status = await(command);
            // A tool's orphan may hold the pipe open; it must not outlive the tool.
            reader.join(GRACE_MILLIS);
            endAll();
            reader.join();
            if (logFailure != null) {
                throw storage(logFailure);
            }
            if (ending) {
                throw new InterruptedException("the Java runtime is ending");
            }
            write(out, "$ exit status " + status + "\n");
            done = true;
            return status;
        } catch (IOException e) {
            throw storage(e);
        } finally {
            if (!done) {
                endAll();
            }
            noteUse();
            ACTIVE.remove(this);
        }
    }

    private OutputStream openLog() throws IOException {
        Files.createDirectories(log.toAbsolutePath().getParent());
        return Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static Process start(ProcessBuilder builder, Command command)
            throws ToolchainException {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new ToolchainException(
                    Kind.HOST, "cannot run " + command.argv().get(0) + ": " + e.getMessage(), e);
        }
    }

    private int await(Command command) throws ToolchainException, InterruptedException {
        long start = System.nanoTime();
        long pause = 10; // the first looks come soon, for tools that do not run for long
        use.sample(cookie);
        while (!process.waitFor(pause, TimeUnit.MILLISECONDS)) {
            pause = Math.min(2 * pause, SAMPLE_MILLIS);
            use.sample(cookie);
            long now = System.nanoTime();
            if (logFailure != null) {
                throw storage(logFailure);
            }
            if (now - start > command.limit().toNanos()) {
                throw new ToolchainException(
                        Kind.BUILD, "took longer than " + command.limit() + ", ended it");
            }
            if (now - lastOutput > command.silence().toNanos()) {
                throw new ToolchainException(
                        Kind.BUILD, "printed nothing for " + command.silence() + ", ended it");
            }
        }
        return process.exitValue();
    }

    /** Adds what the ended tool has used. */
    private void noteUse() {
        if (process == null || process.isAlive()) {
            return;
        }
        try (InputStream said = process.getErrorStream()) {
            use.ended(new String(said.readNBytes(1 << 14), StandardCharsets.US_ASCII));
        } catch (IOException e) {
            use.ended("");
        }
    }

    private void copy(InputStream in, OutputStream out, OutputWatch watch) {
        byte[] buffer = new byte[1 << 14];
        try (in) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                lastOutput = System.nanoTime();
                watch.accept(buffer, n);
                if (logFailure == null) {
                    try {
                        out.write(buffer, 0, n);
                    } catch (IOException e) {
                        logFailure = e;
                    }
                }
            }
        } catch (IOException e) {
            // The pipe was closed while its processes were being ended: nothing more to read.
            return;
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private ToolchainException storage(IOException e) {
        return new ToolchainException(
                Kind.STORAGE, "cannot write the log " + log + ": " + e.getMessage(), e);
    }
}
