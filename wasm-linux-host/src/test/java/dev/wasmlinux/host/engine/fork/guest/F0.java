/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork.guest;

import dev.wasmlinux.host.engine.fork.TestMemory;

/** The functions. */
public final class F0 {
    private static final int FORK = 220;
    private static final int NOTE = 1000;
    private static final int WAIT = 1002;

    private F0() {}

    /** Recursion, direct and indirect, with values of every type alive over the call. */
    public static int func_1(int n, long a, double b, float c, long memory, Ctx ctx) {
        ctx.g0++;
        TestMemory.add(n & 63, a, memory);
        int r;
        if (n == 0) {
            r = func_3(memory, ctx) * 3 + (int) (a & 0xff) + (int) b + (int) c;
        } else if ((n & 1) != 0) {
            r = func_1(n - 1, a * 3 + n, b + 0.5, c + 1f, memory, ctx);
        } else {
            r = Calls.indirect_0(n - 1, a + n, b * 1.0001, c - 0.5f, n >> 1 & 1, memory, ctx);
        }
        ctx.g1 += r;
        TestMemory.add(n & 63, r, memory);
        return r * 31 + (int) (a >> 3) + (int) (b * 7) + (int) c;
    }

    /** Much on the operand stack at the calls. */
    public static int func_2(int n, long a, double b, float c, long memory, Ctx ctx) {
        double d = b + 1;
        return n
                + (int)
                        (a
                                ^ (long)
                                        (d
                                                * (c
                                                        + (n == 0
                                                                ? func_3(memory, ctx)
                                                                : func_1(
                                                                        n - 1, a - n, d, c + 2f,
                                                                        memory, ctx)))))
                + (n > 3 ? func_4(n, memory, ctx) : func_4(n + 1, memory, ctx)) % 1000;
    }

    /** The system call in the middle of an expression. */
    public static int func_3(long memory, Ctx ctx) {
        int before = ctx.g0;
        int pid = Calls.func_0(FORK, before, memory, ctx);
        TestMemory.add(64, pid + before, memory);
        return pid + (ctx.g0 - before);
    }

    /** No fork below. */
    public static int func_4(int n, long memory, Ctx ctx) {
        return n <= 1 ? 1 : func_4(n - 1, memory, ctx) * n + ctx.g0;
    }

    /** A function that was split: the part leaves by one of two exits. */
    public static int func_5(int n, long memory, Ctx ctx) {
        int sum = 0;
        for (int i = 0; i < n; i++) {
            long packed = func_5_p0(i, sum, memory, ctx);
            sum = ctx.scratch;
            switch ((int) packed) {
                case 0:
                    sum += (int) (packed >> 32);
                    break;
                case 1:
                    sum ^= (int) (packed >> 32);
                    break;
                default:
                    return -1;
            }
        }
        return sum;
    }

    public static long func_5_p0(int i, int sum, long memory, Ctx ctx) {
        int pid = i == 2 ? Calls.func_0(FORK, i, memory, ctx) : i;
        TestMemory.add(65, sum + pid, memory);
        ctx.scratch = sum * 7 + i;
        return (long) pid << 32 | (i & 1);
    }

    /** A jump over frames that were resumed, and a fork in the handler. */
    public static int func_6(int depth, long memory, Ctx ctx) {
        int tries = 0;
        long weight = 5_000_000_000L;
        for (; ; ) {
            try {
                tries++;
                return (int) (weight % 1000) + func_7(depth, tries, memory, ctx);
            } catch (Jump e) {
                TestMemory.add(66, e.value, memory);
                weight += e.value + (tries == 1 ? Calls.func_0(FORK, 0, memory, ctx) : 0);
            }
        }
    }

    public static int func_7(int depth, int tries, long memory, Ctx ctx) {
        if (depth > 0) {
            return func_7(depth - 1, tries, memory, ctx) + depth;
        }
        if (tries > 2) {
            return 1;
        }
        int pid = Calls.func_0(FORK, 0, memory, ctx);
        throw new Jump(pid * 10 + tries);
    }

    /** Three forks in a row: eight processes. */
    public static int func_8(int depth, long memory, Ctx ctx) {
        if (depth > 0) {
            return func_8(depth - 1, memory, ctx) + depth;
        }
        int a = Calls.func_0(FORK, 1, memory, ctx) == 0 ? 1 : 0;
        int b = func_9(a, memory, ctx) * 2;
        int c = func_9(b, memory, ctx) * 4;
        int which = a + b + c;
        TestMemory.add(67, which, memory);
        return Calls.func_0(NOTE, which, memory, ctx) + 100 * which;
    }

    public static int func_9(int salt, long memory, Ctx ctx) {
        int pid = Calls.func_0(FORK, salt, memory, ctx);
        return pid == 0 ? 1 : 0;
    }

    /** Results of every width come back through the resumed frames. */
    public static double func_10(int n, long memory, Ctx ctx) {
        return func_11(n, memory, ctx) * 2.5 + n;
    }

    public static float func_11(int n, long memory, Ctx ctx) {
        return func_12(n, memory, ctx) / 3f - n;
    }

    public static long func_12(int n, long memory, Ctx ctx) {
        func_13(n, memory, ctx);
        return ctx.g1 * 3 + n;
    }

    public static void func_13(int n, long memory, Ctx ctx) {
        ctx.g1 = Calls.func_0(FORK, n, memory, ctx) + 1_000_000_000_000L;
    }

    /** Keeps something computed from the memory base over the call: cannot be resumed. */
    public static int func_14(int n, long memory, Ctx ctx) {
        long address = memory + n;
        int pid = Calls.func_0(FORK, n, memory, ctx);
        return (int) (address >> 1) + pid;
    }

    /** Copies of base and context are replaced like the parameters. */
    public static int func_15(int n, long memory, Ctx ctx) {
        long copy = memory;
        Ctx other = ctx;
        int pid = Calls.func_0(FORK, n, memory, ctx);
        TestMemory.add(68, pid, copy);
        other.g0 += pid;
        return other.g0 + pid;
    }

    public static int func_16(int n, long memory, Ctx ctx) {
        return (int) (func_10(n, memory, ctx) / 1000);
    }

    /** The child meets an exception that is not the guest's. */
    public static int func_17(int depth, long memory, Ctx ctx) {
        if (depth > 0) {
            return func_17(depth - 1, memory, ctx) * 3;
        }
        int pid = Calls.func_0(FORK, 0, memory, ctx);
        return pid == 0 ? Calls.func_0(NOTE + 1, 0, memory, ctx) : 7;
    }

    /** Waits in the middle of expressions; handlers run meanwhile. */
    public static int func_18(int n, long memory, Ctx ctx) {
        int sum = n;
        for (int i = 0; i < 2; i++) {
            sum = sum * 31 + func_19(i, memory, ctx) * 7;
            TestMemory.add(70, sum, memory);
        }
        return sum + Calls.func_0(FORK, 0, memory, ctx);
    }

    public static int func_19(int i, long memory, Ctx ctx) {
        long keep = i + 1_000_000_000_000L;
        int woken = Calls.func_0(WAIT, i, memory, ctx);
        return woken * 3 + (int) (keep % 1000);
    }

    /** A handler that forks. */
    public static void func_20(int signal, long memory, Ctx ctx) {
        int old = ctx.g0;
        ctx.g0 = old * 3 + signal;
        int pid = func_3(memory, ctx);
        TestMemory.add(71, pid + old, memory);
        ctx.g0 += pid;
    }

    /** A handler in which the program waits, and so meets another. */
    public static void func_21(int signal, long memory, Ctx ctx) {
        TestMemory.add(72, func_19(signal, memory, ctx), memory);
    }

    /** Jumps out of a handler. */
    public static int func_22(int n, long memory, Ctx ctx) {
        int tries = 0;
        for (; ; ) {
            try {
                tries++;
                return func_19(n, memory, ctx) + tries;
            } catch (Jump e) {
                TestMemory.add(73, e.value, memory);
                ctx.g1 += e.value;
            }
        }
    }

    /** The handler that jumps in its first two runs. */
    public static void func_23(int signal, long memory, Ctx ctx) {
        int pid = Calls.func_0(FORK, signal, memory, ctx);
        if (ctx.g0++ < 2) {
            throw new Jump(pid + ctx.g0);
        }
    }

    /** Is interrupted where it does not wait in a system call. */
    public static int func_24(int n, long memory, Ctx ctx) {
        TestMemory.touch(memory);
        return n + ctx.g0;
    }
}
