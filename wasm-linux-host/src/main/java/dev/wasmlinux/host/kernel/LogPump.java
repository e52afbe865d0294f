/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.kernel;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Carries kernel messages to their consumer on a thread of its own, so that a slow consumer never
 * holds up a guest CPU. What does not fit into the buffer is counted and reported in its place.
 *
 * <p>Thread safe.
 */
public final class LogPump implements AutoCloseable {
    private static final int MAX_BUFFERED = 1 << 20;
    private static final System.Logger LOG = System.getLogger(LogPump.class.getName());

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<byte[]> queue = new ArrayDeque<>();
    private final Consumer<byte[]> consumer;
    private final Thread thread;
    private int buffered;
    private long lost;
    private boolean closed;

    /** Starts the thread. */
    public LogPump(String name, Consumer<byte[]> consumer) {
        this.consumer = consumer;
        thread = new Thread(null, this::pump, name, 1 << 19);
        thread.setDaemon(true);
        thread.start();
    }

    /** Takes bytes; never blocks for long. The array must not change afterwards. */
    public void write(byte[] bytes) {
        lock.lock();
        try {
            if (buffered + bytes.length > MAX_BUFFERED) {
                lost += bytes.length;
                return;
            }
            if (lost > 0) {
                String notice = "[" + lost + " bytes of kernel messages lost]\n";
                queue.add(notice.getBytes(StandardCharsets.UTF_8));
                lost = 0;
            }
            queue.add(bytes);
            buffered += bytes.length;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void pump() {
        for (byte[] next = take(); next != null; next = take()) {
            try {
                consumer.accept(next);
            } catch (RuntimeException e) { // the consumer's problem must not silence later messages
                LOG.log(System.Logger.Level.WARNING, "consumer of kernel messages", e);
            }
        }
    }

    private byte[] take() {
        lock.lock();
        try {
            while (queue.isEmpty() && !closed) {
                changed.awaitUninterruptibly();
            }
            byte[] next = queue.poll();
            if (next != null) {
                buffered = Math.max(0, buffered - next.length);
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** Gives the lock back if a stack overflow of this thread has left it taken. */
    void releaseAfterOverflow() {
        while (lock.isHeldByCurrentThread()) {
            lock.unlock();
        }
    }

    /**
     * Waits until everything written before has been delivered, but no longer than half a second: a
     * consumer that hangs is left behind on its daemon thread.
     */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            thread.join(500);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
