/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.rt;

/**
 * Slow paths of a running user program, called on the task's own thread in the middle of compiled
 * code. Every method may unwind the program by throwing.
 */
public interface UserAccess {
    /** Resolves a missing translation; returns when the access may be tried again. */
    void fault(int address, boolean write);

    /** Looks at pending work after the attention word of the address space was seen set. */
    void poll();

    /**
     * Reports a trap at the faulting point; never returns normally.
     *
     * @param kind one of the constants of {@link GuestTrap}
     * @param address the guest address concerned, 0 if there is none
     */
    void trap(int kind, int address);

    /**
     * {@code memory.atomic.wait32}.
     *
     * @return 0 woken, 1 not equal, 2 timed out
     */
    int futexWait(int address, int expected, long timeoutNanos);

    /**
     * {@code memory.atomic.wait64}.
     *
     * @return 0 woken, 1 not equal, 2 timed out
     */
    int futexWait64(int address, long expected, long timeoutNanos);

    /**
     * {@code memory.atomic.notify}: wakes up to {@code count} (unsigned) waiters; answers how many.
     */
    int futexWake(int address, int count);
}
