/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.cpu;

import dev.wasmlinux.host.memory.AddressSpace;
import dev.wasmlinux.host.memory.PhysicalMemory;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * One CPU of the guest: a baton that exactly one guest thread holds at a time.
 *
 * <p>The truth about interrupts is the CPU's pending word in guest memory. Any thread sets bits
 * with {@link #raise}; the holder sees them in {@link #idle}, at kernel entry and exit, or, while
 * in user mode, because {@code raise} sets the attention word of the address space it runs in.
 * Entering user mode publishes the space before it looks at the pending word, raising sets the bit
 * before it reads the space, so one of both sees the other (store buffering is excluded by the
 * volatile accesses).
 *
 * <p>Thread safe; the methods that say so are for the holder only.
 */
public final class LogicalCpu {
    private static final int PENDING_STRIDE = 64;

    private final int number;
    private final PhysicalMemory memory;
    private final int pendingAddress;
    private volatile AddressSpace userSpace;
    private volatile int safepoints;
    private volatile Thread idler;

    /**
     * @param number CPU number of the guest
     * @param pendingWords address of the kernel's array of pending words
     */
    public LogicalCpu(int number, PhysicalMemory memory, int pendingWords) {
        this.number = number;
        this.memory = memory;
        this.pendingAddress = pendingWords + number * PENDING_STRIDE;
    }

    /** CPU number of the guest. */
    public int number() {
        return number;
    }

    /** The pending word. */
    public int pending() {
        return memory.getIntVolatile(pendingAddress);
    }

    /** Sets pending bits and makes the CPU notice them. Any thread. */
    public void raise(int bits) {
        memory.getAndOrInt(pendingAddress, bits);
        Thread waiting = idler;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
        AddressSpace space = userSpace;
        if (space != null) {
            space.raiseAttention();
        }
    }

    /** True while the CPU waits for an interrupt. */
    public boolean isIdle() {
        return idler != null;
    }

    /**
     * Waits until the pending word is not 0. Holder only.
     *
     * @param stop ends the wait when it becomes true; the setter must call {@link #wake}
     */
    public void idle(BooleanSupplier stop) {
        idler = Thread.currentThread();
        try {
            while (pending() == 0 && !stop.getAsBoolean()) {
                LockSupport.park(this);
            }
        } finally {
            idler = null;
        }
    }

    /** Makes an idle CPU look at its condition again. Any thread. */
    public void wake() {
        Thread waiting = idler;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
    }

    /**
     * Publishes that the CPU runs user code in a space. Holder only.
     *
     * @return true if there is pending work to do first
     */
    public boolean enterUser(AddressSpace space) {
        userSpace = space;
        return pending() != 0;
    }

    /** The CPU runs no user code any more. Holder only. */
    public void leaveUser() {
        userSpace = null;
    }

    /** The space whose user code the CPU runs, or null. */
    public AddressSpace userSpace() {
        return userSpace;
    }

    /** A safepoint: no translation read before it is used after it. Holder only. */
    public void passSafepoint() {
        safepoints++; // only the holder writes
    }

    /**
     * Waits until this CPU cannot use a translation of a space that was read before the call. Any
     * thread but the holder.
     *
     * @param stop gives up when true
     */
    public void awaitSafepoint(AddressSpace space, BooleanSupplier stop) {
        int seen = safepoints;
        for (int spins = 0;
                userSpace == space && safepoints == seen && !stop.getAsBoolean();
                spins++) {
            // again each time: another CPU of the space may have taken the hint
            space.raiseAttention();
            if (spins < 100) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }
}
