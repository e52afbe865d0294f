/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.task;

import dev.wasmlinux.host.memory.AddressSpace;
import dev.wasmlinux.host.rt.GuestTrap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * {@code memory.atomic.wait} and {@code notify} of a program as system calls on private futexes
 * (futex(2), futex_waitv in the kernel's Documentation/userspace-api/futex2.rst). Wasm knows no
 * interrupted wait: when a handler has run, it goes on with the time that is left.
 *
 * <p>For the task's own thread.
 */
final class Futexes {
    private static final int SYS_CLOCK_GETTIME = 403; // clock_gettime64
    private static final int SYS_FUTEX = 422; // futex_time64
    private static final int SYS_FUTEX_WAITV = 449;
    private static final int WAIT_PRIVATE = 128;
    private static final int WAKE_PRIVATE = 129;
    private static final int WAITV_FLAGS = 0x82; // FUTEX2_SIZE_U32 | FUTEX2_PRIVATE
    private static final int CLOCK_MONOTONIC = 1;

    private static final int EINTR = 4;
    private static final int EAGAIN = 11;
    private static final int EFAULT = 14;
    private static final int ETIMEDOUT = 110;

    /** A timespec, and two struct futex_waitv behind it; a block of this alignment. */
    private static final int BLOCK = 64;

    private static final int WAITERS = 16;
    private static final int SECOND = 1_000_000_000;

    private final UserMode user;

    Futexes(UserMode user) {
        this.user = user;
    }

    /** One system call that waits at most some nanoseconds, negative for no limit. */
    @FunctionalInterface
    private interface Attempt {
        int run(int block, long nanos);
    }

    int wait32(int address, int expected, long nanos) {
        return wait(
                address,
                nanos,
                (block, left) -> {
                    long timeout = left < 0 ? 0 : timespec(block, left);
                    return user.syscall(SYS_FUTEX, address, WAIT_PRIVATE, expected, timeout, 0, 0);
                });
    }

    /**
     * The kernel compares 32 bits at a time, but a waiter is in the queue of the first word, the
     * one that is notified, before the second one is compared: no change with a notification that
     * follows it is missed.
     */
    int wait64(int address, long expected, long nanos) {
        return wait(
                address,
                nanos,
                (block, left) -> {
                    long timeout = left < 0 ? 0 : deadline(block, left);
                    ByteBuffer waiters = buffer(2 * 24);
                    for (int word = 0; word < 2; word++) {
                        waiters.putLong(expected >>> 32 * word & 0xffffffffL);
                        waiters.putLong(address + 4 * word & 0xffffffffL);
                        waiters.putInt(WAITV_FLAGS).putInt(0);
                    }
                    user.store(block + WAITERS, waiters.array(), waiters.capacity());
                    int result =
                            user.syscall(
                                    SYS_FUTEX_WAITV,
                                    block + WAITERS,
                                    2,
                                    0,
                                    timeout,
                                    CLOCK_MONOTONIC,
                                    0);
                    return Math.min(result, 0); // else which of the words was notified
                });
    }

    int wake(int address, int count) {
        return user.syscall(SYS_FUTEX, address, WAKE_PRIVATE, count & 0x7fffffffL, 0, 0, 0);
    }

    private int wait(int address, long nanos, Attempt attempt) {
        long start = System.nanoTime();
        int stack = user.stackPointer();
        int block = stack - UserMode.RED_ZONE - BLOCK & -BLOCK;
        user.stackPointer(block); // handlers stay below what the kernel reads
        long left = nanos;
        for (; ; ) {
            int result = attempt.run(block, left);
            if (result == -EINTR) {
                left = nanos < 0 ? nanos : Math.max(0, nanos - (System.nanoTime() - start));
                continue;
            }
            if (result == -EFAULT) {
                user.fault(address, false);
                continue;
            }
            user.stackPointer(stack);
            switch (result) {
                case 0:
                    return 0;
                case -EAGAIN:
                    return 1;
                case -ETIMEDOUT:
                    return 2;
                default:
                    user.trap(GuestTrap.OTHER, address);
            }
        }
    }

    private int timespec(int block, long nanos) {
        ByteBuffer bytes = buffer(16).putLong(nanos / SECOND).putLong(nanos % SECOND);
        user.store(block, bytes.array(), bytes.capacity());
        return block;
    }

    /** A point in the guest's own monotonic time. */
    private int deadline(int block, long nanos) {
        int result = user.syscall(SYS_CLOCK_GETTIME, CLOCK_MONOTONIC, block, 0, 0, 0, 0);
        if (result != 0) {
            user.trap(GuestTrap.OTHER, block);
        }
        ByteBuffer now = buffer(16);
        AddressSpace space = user.space();
        while (!space.tryRead(block, now.array(), 0, now.capacity())) {
            user.fault(block, false);
        }
        long seconds = now.getLong() + nanos / SECOND;
        long rest = now.getLong() + nanos % SECOND;
        ByteBuffer bytes = buffer(16).putLong(seconds + rest / SECOND).putLong(rest % SECOND);
        user.store(block, bytes.array(), bytes.capacity());
        return block;
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
