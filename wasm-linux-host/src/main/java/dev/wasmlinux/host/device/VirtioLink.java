/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.device;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a virtio device sees of its driver: lock, queues, negotiated features, interrupts. Every
 * method but {@link #lock} needs the lock. Interrupts that become due while the lock is held are
 * raised when it is released.
 */
public final class VirtioLink {

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Condition> conditions = new ArrayList<>();
    private final GuestMemory memory;
    private final InterruptLine line;
    private final List<Virtqueue> queues = new ArrayList<>();

    /** Threads between the release of the lock and the return of {@code line.raise()}. */
    private final AtomicInteger raising = new AtomicInteger();

    // Guarded by the lock.
    private int status;
    private long features;
    private int interruptStatus;
    private int configGeneration;
    private boolean raise;
    private boolean ended;
    private String failure = "";

    VirtioLink(GuestMemory memory, InterruptLine line, List<Integer> queueSizes) {
        this.memory = memory;
        this.line = line;
        for (int size : queueSizes) {
            queues.add(new Virtqueue(this, queues.size(), size));
        }
    }

    /** Takes the device's lock. Hold it for short, bounded work. */
    public void lock() {
        lock.lock();
    }

    /** Releases the device's lock and raises the interrupt that became due. */
    public void unlock() {
        if (!raise || lock.getHoldCount() > 1) {
            lock.unlock();
            return;
        }
        raise = false;
        raising.incrementAndGet();
        try {
            lock.unlock();
            line.raise();
        } finally {
            raising.decrementAndGet();
        }
    }

    /**
     * Makes a condition of the lock. It is signalled, besides by the device, when the machine ends.
     *
     * @return a new condition; wait for it with {@link #await} only
     */
    public Condition newCondition() {
        check();
        Condition condition = lock.newCondition();
        conditions.add(condition);
        return condition;
    }

    /**
     * Waits, with the lock released, for a signal; may also return without one, as when an
     * interrupt has to be raised first. Not for guest threads, and only while the lock is held
     * once.
     *
     * @param condition from {@link #newCondition}
     * @param nanos greatest time to wait
     * @throws InterruptedException if the thread is interrupted
     */
    public void await(Condition condition, long nanos) throws InterruptedException {
        check();
        if (raise) {
            unlock();
            lock();
            return;
        }
        if (!ended && nanos > 0) {
            // The caller looks at its own clock and state.
            condition.awaitNanos(nanos);
        }
    }

    /**
     * Whether the driver runs: DRIVER_OK is set, and neither side has failed.
     *
     * @return true if queues may be used
     */
    public boolean isActive() {
        check();
        return (status & (Virtio.DRIVER_OK | Virtio.NEEDS_RESET | Virtio.FAILED))
                        == Virtio.DRIVER_OK
                && !ended;
    }

    /**
     * Whether the machine has ended: nothing will happen any more.
     *
     * @return true from then on
     */
    public boolean isEnded() {
        check();
        return ended;
    }

    /**
     * Whether driver and device agreed on a feature.
     *
     * @param bits feature bits
     * @return true if the driver accepted all of them
     */
    public boolean hasFeature(long bits) {
        check();
        return (features & bits) == bits;
    }

    /**
     * A queue.
     *
     * @param index its index
     * @return always the same object
     * @throws IndexOutOfBoundsException if the device has no such queue
     */
    public Virtqueue queue(int index) {
        return queues.get(index);
    }

    /** Tells the driver that the configuration space changed. */
    public void configurationChanged() {
        check();
        configGeneration++;
        if (isActive()) {
            interrupt(Virtio.INTERRUPT_CONFIG);
        }
    }

    /**
     * Gives up on this driver: DEVICE_NEEDS_RESET. Queues give no more chains until it resets the
     * device.
     *
     * @param reason what the driver did, for people
     */
    public void fail(String reason) {
        check();
        if ((status & Virtio.NEEDS_RESET) != 0) {
            return;
        }
        boolean tell = isActive();
        status |= Virtio.NEEDS_RESET;
        failure = reason;
        if (tell) {
            configGeneration++;
            interrupt(Virtio.INTERRUPT_CONFIG);
        }
    }

    GuestMemory memory() {
        return memory;
    }

    int queueCount() {
        return queues.size();
    }

    int status() {
        return status;
    }

    void addStatus(int bits) {
        status |= bits;
    }

    void setFeatures(long accepted) {
        features = accepted;
    }

    int interruptStatus() {
        return interruptStatus;
    }

    int configGeneration() {
        return configGeneration;
    }

    String failure() {
        return failure;
    }

    void acknowledge(int bits) {
        interruptStatus &= ~bits;
    }

    /**
     * Sets interrupt status bits. A bit that is set already was raised, and the driver clears it
     * before it looks at the rings, so the line needs raising for new bits only.
     */
    void interrupt(int bits) {
        if ((interruptStatus & bits) != bits) {
            interruptStatus |= bits;
            raise = true;
        }
    }

    /** Forgets everything about the driver but the failure text. */
    void clear() {
        check();
        status = 0;
        features = 0;
        interruptStatus = 0;
        raise = false;
        queues.forEach(Virtqueue::clear);
        signalAll();
    }

    /** After the return no thread touches guest memory or the interrupt line through this link. */
    void end() {
        lock.lock();
        try {
            ended = true;
            raise = false;
            signalAll();
        } finally {
            lock.unlock();
        }
        while (raising.get() != 0) {
            Thread.yield();
        }
    }

    /** Gives the lock back if a stack overflow of this thread has left it taken. */
    void releaseAfterOverflow() {
        while (lock.isHeldByCurrentThread()) {
            lock.unlock();
        }
    }

    void signalAll() {
        conditions.forEach(Condition::signalAll);
    }

    void check() {
        if (!lock.isHeldByCurrentThread()) {
            throw new IllegalMonitorStateException("the lock of the virtio link is not held");
        }
    }
}
