/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.cpu;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The one-shot timers of all CPUs of a machine, served by one daemon thread.
 *
 * <p>Thread safe.
 */
public final class Timers implements AutoCloseable {
    /** Deadline of a timer that is not set. */
    public static final long NEVER = Long.MAX_VALUE;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final long[] deadlines;
    private final List<LogicalCpu> cpus;
    private final LongSupplier clock;
    private final int bit;
    private final Thread thread;
    private long sleepsUntil = NEVER;
    private boolean closed;

    /**
     * Starts the thread.
     *
     * @param clock the guest's monotonic clock in nanoseconds
     * @param bit pending bit that an expiry sets
     */
    public Timers(String name, List<LogicalCpu> cpus, LongSupplier clock, int bit) {
        this.cpus = List.copyOf(cpus);
        this.clock = clock;
        this.bit = bit;
        this.deadlines = new long[cpus.size()];
        Arrays.fill(deadlines, NEVER);
        thread = new Thread(null, this::serve, name, 1 << 18);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Sets the timer of a CPU, replacing what was set.
     *
     * @param deadline clock value, negative or {@link #NEVER} for none
     */
    public void set(int cpu, long deadline) {
        lock.lock();
        try {
            deadlines[cpu] = deadline < 0 ? NEVER : deadline;
            if (deadlines[cpu] < sleepsUntil) {
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private void serve() {
        lock.lock();
        try {
            while (!closed) {
                long now = clock.getAsLong();
                long next = NEVER;
                for (int cpu = 0; cpu < deadlines.length; cpu++) {
                    if (deadlines[cpu] <= now) {
                        deadlines[cpu] = NEVER;
                        cpus.get(cpu).raise(bit);
                    } else {
                        next = Math.min(next, deadlines[cpu]);
                    }
                }
                sleep(next, now);
            }
        } finally {
            lock.unlock();
        }
    }

    private void sleep(long until, long now) {
        sleepsUntil = until;
        try {
            if (until == NEVER) {
                changed.await();
            } else {
                changed.awaitNanos(until - now);
            }
        } catch (InterruptedException e) {
            return; // nobody has a reason to interrupt this thread: look again
        } finally {
            sleepsUntil = Long.MIN_VALUE;
        }
    }

    /** Gives the lock back if a stack overflow of this thread has left it taken. */
    public void releaseAfterOverflow() {
        while (lock.isHeldByCurrentThread()) {
            lock.unlock();
        }
    }

    /** Ends the thread and waits for it. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        joinUninterruptibly(thread);
    }

    private static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
