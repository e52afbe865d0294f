/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns the end of the Java runtime (Ctrl-C) into an interrupt of the thread that made this, and
 * lets the runtime wait until that thread has tidied up, for some seconds at the most.
 */
final class Cancellation implements AutoCloseable {
    private static final long LONGEST_SECONDS = 10;

    private final Thread worker = Thread.currentThread();
    private final CountDownLatch tidy = new CountDownLatch(1);
    private final Thread hook = new Thread(this::cancel, "cancel-build");
    private boolean over;
    private boolean cancelled;

    Cancellation() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void cancel() {
        synchronized (this) {
            if (!over) {
                cancelled = true;
                worker.interrupt();
            }
        }
        try {
            tidy.await(LONGEST_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The work is over: what the thread writes from now on is not interrupted any more. */
    synchronized void over() {
        over = true;
        if (cancelled) {
            Thread.interrupted();
        }
    }

    @Override
    public void close() {
        over();
        tidy.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // the runtime is ending, with the hook
        }
    }
}
