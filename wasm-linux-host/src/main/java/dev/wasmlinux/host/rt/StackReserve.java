/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.rt;

/**
 * Tells whether a thread has enough Java stack left to enter the kernel.
 *
 * <p>Java does not tell how much stack is left. So compiled programs charge every call that may
 * close a recursion with an upper bound of the stack used until the next such call; as long as the
 * sum is within the thread's stack less the reserve, there is room, at the price of one comparison.
 * Beyond that the stack is probed: a recursion that uses up the reserve either comes back or ends
 * in the JVM's {@code StackOverflowError}, which is caught here, before anything of the kernel has
 * run.
 *
 * <p>One instance for one thread; not thread safe.
 */
public final class StackReserve {
    /** Charge for the frames that a program has before its first counted call. */
    private static final int ROOT = 256 << 10;

    /** Stack that one step of the probe surely uses: its many live values, 8 bytes each. */
    private static final int STEP = 128;

    static {
        // Nothing may have to be loaded or linked for the first time at the end of the stack.
        descend(4, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
    }

    private final int safeCharge;
    private final int steps;
    private int extra;

    /**
     * For a thread.
     *
     * @param stackSize the thread's stack in bytes
     * @param reserve bytes that must be free to enter the kernel
     */
    public StackReserve(long stackSize, int reserve) {
        if (reserve <= 0) {
            throw new IllegalArgumentException("the reserve must be positive");
        }
        long safe = stackSize - reserve - ROOT;
        this.safeCharge = (int) Math.max(-1, Math.min(safe, Integer.MAX_VALUE / 2));
        this.steps = reserve / STEP + 1;
    }

    /** Compiled counted call: charges it. */
    public static void enter(Context context, int bytes) {
        context.stackCharge += bytes;
    }

    /** Behind a compiled counted call: takes the charge back. */
    public static void leave(Context context, int bytes) {
        context.stackCharge -= bytes;
    }

    /**
     * Notes that host and kernel frames lie below what the program charges from now on, as while it
     * runs a signal handler inside a system call. The same number is to be taken back with a
     * negative call.
     */
    public void addExtra(int bytes) {
        extra += bytes;
    }

    /** Whether the reserve is free on the calling thread, which must be this instance's. */
    public boolean hasRoom(Context context) {
        return context.stackCharge + extra <= safeCharge || probe();
    }

    private boolean probe() {
        try {
            descend(steps, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
            return true;
        } catch (StackOverflowError e) {
            return false;
        }
    }

    /**
     * Every value is needed behind the call and differs from step to step, so that each step has
     * sixteen of them on the stack, whatever compiler makes it.
     */
    private static long descend(
            int steps,
            long a,
            long b,
            long c,
            long d,
            long e,
            long f,
            long g,
            long h,
            long i,
            long j,
            long k,
            long l,
            long m,
            long n,
            long o,
            long p) {
        if (steps == 0) {
            return a;
        }
        long below =
                descend(
                        steps - 1, a + b, b ^ c, c + d, d ^ e, e + f, f ^ g, g + h, h ^ i, i + j,
                        j ^ k, k + l, l ^ m, m + n, n ^ o, o + p, p ^ a);
        return (below ^ a) * 3
                + (b ^ c) * 5
                + (d ^ e) * 7
                + (f ^ g) * 9
                + (h ^ i) * 11
                + (j ^ k) * 13
                + (l ^ m) * 15
                + (n ^ o) * 17
                + p;
    }
}
