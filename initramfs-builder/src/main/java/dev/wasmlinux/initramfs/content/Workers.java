/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.content;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A few daemon threads that work ahead of the caller; a thread starts when there is something to do
 * for it. Only the caller's thread may use this.
 */
public final class Workers implements AutoCloseable, ThreadFactory {
    private static final int MOST = 4;

    private final int count;
    private final String name;
    private ThreadPoolExecutor threads;

    private Workers(int count, String name) {
        this.count = count;
        this.name = name;
    }

    /** A number of threads; with 0 the caller does everything. */
    public static Workers of(int threads, String name) {
        return new Workers(threads, name);
    }

    /** How many threads pay off for work that waits for the system; 0 on a single processor. */
    public static int useful() {
        int processors = Runtime.getRuntime().availableProcessors();
        return processors == 1 ? 0 : Math.min(processors, MOST);
    }

    /** Whether there are threads beside the caller's. */
    public boolean parallel() {
        return count > 0;
    }

    @Override
    public Thread newThread(Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Does a task on a thread, or at once if there is none. */
    public <T> Future<T> submit(Callable<T> task) {
        if (count > 0) {
            if (threads == null) {
                threads =
                        new ThreadPoolExecutor(
                                count,
                                count,
                                0,
                                TimeUnit.SECONDS,
                                new LinkedBlockingQueue<>(),
                                this);
            }
            return threads.submit(task);
        }
        FutureTask<T> done = new FutureTask<>(task);
        done.run();
        return done;
    }

    /**
     * Waits for a result.
     *
     * @throws IOException what the task threw, or if the wait is interrupted
     */
    public static <T> T await(Future<T> result) throws IOException {
        try {
            return result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a worker");
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof IOException io) {
                throw io;
            } else if (cause instanceof RuntimeException runtime) {
                throw runtime;
            } else if (cause instanceof Error error) {
                throw error;
            }
            throw new IOException(cause);
        }
    }

    /** As {@link #close}, and waits until what has begun is over, unless interrupted. */
    public void closeAndWait() {
        close();
        if (threads != null) {
            try {
                threads.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Gives up what has not begun yet; does not interrupt, which would close channels. */
    @Override
    public void close() {
        if (threads != null) {
            threads.getQueue().clear();
            threads.shutdown();
        }
    }
}
