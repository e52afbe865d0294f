/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right to use what lies in a cache, shared by any number of threads and processes, or to take
 * things away, which one alone may do while nobody uses it. An advisory lock on a file that is
 * never deleted; the operating system drops it when its process dies. Thread safe.
 *
 * <p>A thread that shares the right must not ask for the other: it would wait for itself.
 */
public final class CacheUse implements AutoCloseable {
    /** One lock for each file in a process: closing a second one would drop the first. */
    private static final Map<Path, State> STATES = new ConcurrentHashMap<>();

    private static final long POLL_MILLIS = 50;

    private static final class State {
        private int users;
        private boolean alone;
        private FileChannel channel;
    }

    private final State state;
    private boolean closed;

    private CacheUse(State state) {
        this.state = state;
    }

    /**
     * Waits until nobody takes things away.
     *
     * @param file lock file; created with its directories if needed
     * @param onWait called once, before waiting
     * @throws IOException if the file cannot be created or locked
     * @throws InterruptedException if interrupted while waiting
     */
    public static CacheUse shared(Path file, Runnable onWait)
            throws IOException, InterruptedException {
        return acquire(file, false, onWait);
    }

    /**
     * Waits until nobody uses the cache; then everybody else waits.
     *
     * @param file lock file; created with its directories if needed
     * @param onWait called once, before waiting
     * @throws IOException if the file cannot be created or locked
     * @throws InterruptedException if interrupted while waiting
     */
    public static CacheUse alone(Path file, Runnable onWait)
            throws IOException, InterruptedException {
        return acquire(file, true, onWait);
    }

    private static CacheUse acquire(Path file, boolean alone, Runnable onWait)
            throws IOException, InterruptedException {
        Path absolute = file.toAbsolutePath().normalize();
        Files.createDirectories(absolute.getParent());
        State state = STATES.computeIfAbsent(absolute, path -> new State());
        synchronized (state) {
            boolean told = false;
            while (!tryAcquire(state, absolute, alone)) {
                if (!told) {
                    told = true;
                    onWait.run();
                }
                state.wait(POLL_MILLIS);
            }
            state.users++;
            state.alone = alone;
            return new CacheUse(state);
        }
    }

    private static boolean tryAcquire(State state, Path file, boolean alone) throws IOException {
        if (state.users > 0) {
            return !alone && !state.alone;
        }
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock(0, Long.MAX_VALUE, !alone);
            if (lock != null) {
                state.channel = channel;
                return true;
            }
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return false;
    }

    /** Gives the right back. */
    @Override
    public void close() throws IOException {
        synchronized (state) {
            if (closed) {
                return;
            }
            closed = true;
            state.users--;
            if (state.users == 0) {
                state.alone = false;
                FileChannel channel = state.channel;
                state.channel = null;
                state.notifyAll();
                channel.close();
            }
        }
    }
}
