/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.rt;

/** Instructions that may trap, in kernel code: a trap is a {@link GuestTrap}. */
public final class KernelTraps {
    private KernelTraps() {}

    /** A trap, to be thrown. */
    static RuntimeException raise(int kind, int address) {
        return new GuestTrap(kind, address);
    }

    /** Compiled {@code unreachable}; the caller throws the result. */
    public static RuntimeException unreachable() {
        return raise(GuestTrap.UNREACHABLE, 0);
    }

    /** Compiled {@code throw_ref}: the exception of a reference. */
    public static GuestException exception(Context context, int handle) {
        GuestException exception = context.exception(handle);
        if (exception == null) {
            throw raise(GuestTrap.OTHER, 0);
        }
        return exception;
    }

    /** The callable of a table entry that was not found on the fast path. */
    public static Object entry(Context context, int index, int type) {
        Object entry = context.entry(index, type);
        if (entry == null) {
            throw raise(GuestTrap.BAD_INDIRECT_CALL, index);
        }
        return entry;
    }

    public static int i32DivS(int a, int b) {
        if (b == 0) {
            throw raise(GuestTrap.DIVIDE_BY_ZERO, 0);
        }
        if (b == -1 && a == Integer.MIN_VALUE) {
            throw raise(GuestTrap.INTEGER_OVERFLOW, 0);
        }
        return a / b;
    }

    public static int i32RemS(int a, int b) {
        if (b == 0) {
            throw raise(GuestTrap.DIVIDE_BY_ZERO, 0);
        }
        return a % b;
    }

    public static int i32DivU(int a, int b) {
        if (b == 0) {
            throw raise(GuestTrap.DIVIDE_BY_ZERO, 0);
        }
        return Integer.divideUnsigned(a, b);
    }

    public static int i32RemU(int a, int b) {
        if (b == 0) {
            throw raise(GuestTrap.DIVIDE_BY_ZERO, 0);
        }
        return Integer.remainderUnsigned(a, b);
    }

    public static long i64DivS(long a, long b) {
        if (b == 0) {
            throw raise(GuestTrap.DIVIDE_BY_ZERO, 0);
        }
        if (b == -1 && a == Long.MIN_VALUE) {
            throw raise(GuestTrap.INTEGER_OVERFLOW, 0);
        }
        return a / b;
    }

    public static long i64RemS(long a, long b) {
        if (b == 0) {
            throw raise(GuestTrap.DIVIDE_BY_ZERO, 0);
        }
        return a % b;
    }

    public static long i64DivU(long a, long b) {
        if (b == 0) {
            throw raise(GuestTrap.DIVIDE_BY_ZERO, 0);
        }
        return Long.divideUnsigned(a, b);
    }

    public static long i64RemU(long a, long b) {
        if (b == 0) {
            throw raise(GuestTrap.DIVIDE_BY_ZERO, 0);
        }
        return Long.remainderUnsigned(a, b);
    }

    public static int i32TruncF32S(float a) {
        if (!Numerics.fitsI32(a)) {
            throw raise(GuestTrap.INTEGER_OVERFLOW, 0);
        }
        return (int) a;
    }

    public static int i32TruncF32U(float a) {
        if (!Numerics.fitsU32(a)) {
            throw raise(GuestTrap.INTEGER_OVERFLOW, 0);
        }
        return (int) (long) a;
    }

    public static int i32TruncF64S(double a) {
        if (!Numerics.fitsI32(a)) {
            throw raise(GuestTrap.INTEGER_OVERFLOW, 0);
        }
        return (int) a;
    }

    public static int i32TruncF64U(double a) {
        if (!Numerics.fitsU32(a)) {
            throw raise(GuestTrap.INTEGER_OVERFLOW, 0);
        }
        return (int) (long) a;
    }

    public static long i64TruncF32S(float a) {
        if (!Numerics.fitsI64(a)) {
            throw raise(GuestTrap.INTEGER_OVERFLOW, 0);
        }
        return (long) a;
    }

    public static long i64TruncF32U(float a) {
        if (!Numerics.fitsU64(a)) {
            throw raise(GuestTrap.INTEGER_OVERFLOW, 0);
        }
        return Numerics.toUnsigned(a);
    }

    public static long i64TruncF64S(double a) {
        if (!Numerics.fitsI64(a)) {
            throw raise(GuestTrap.INTEGER_OVERFLOW, 0);
        }
        return (long) a;
    }

    public static long i64TruncF64U(double a) {
        if (!Numerics.fitsU64(a)) {
            throw raise(GuestTrap.INTEGER_OVERFLOW, 0);
        }
        return Numerics.toUnsigned(a);
    }
}
