/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.rt;

/**
 * Numeric instructions of WebAssembly that cannot trap and are no single JVM instruction. Methods
 * are named after the instruction; comparisons answer 0 or 1. Pure and thread safe.
 *
 * <p>Unsigned comparisons avoid the shapes that the JVM's optimiser takes for unsigned ones,
 * because it sometimes merges those wrongly with signed ones of the same operands (JDK-8385157).
 */
public final class Numerics {
    private static final double TWO_TO_31 = 0x1p31;
    private static final double TWO_TO_32 = 0x1p32;
    private static final double TWO_TO_63 = 0x1p63;
    private static final double TWO_TO_64 = 0x1p64;

    private Numerics() {}

    public static int i32Eqz(int a) {
        return a == 0 ? 1 : 0;
    }

    public static int i64Eqz(long a) {
        return a == 0 ? 1 : 0;
    }

    public static int i32Eq(int a, int b) {
        return a == b ? 1 : 0;
    }

    public static int i32Ne(int a, int b) {
        return a != b ? 1 : 0;
    }

    public static int i32LtS(int a, int b) {
        return a < b ? 1 : 0;
    }

    public static int i32GtS(int a, int b) {
        return a > b ? 1 : 0;
    }

    public static int i32LeS(int a, int b) {
        return a <= b ? 1 : 0;
    }

    public static int i32GeS(int a, int b) {
        return a >= b ? 1 : 0;
    }

    public static int i32LtU(int a, int b) {
        return (a & 0xffffffffL) < (b & 0xffffffffL) ? 1 : 0;
    }

    public static int i32GtU(int a, int b) {
        return (a & 0xffffffffL) > (b & 0xffffffffL) ? 1 : 0;
    }

    public static int i32LeU(int a, int b) {
        return (a & 0xffffffffL) <= (b & 0xffffffffL) ? 1 : 0;
    }

    public static int i32GeU(int a, int b) {
        return (a & 0xffffffffL) >= (b & 0xffffffffL) ? 1 : 0;
    }

    public static int i64Eq(long a, long b) {
        return a == b ? 1 : 0;
    }

    public static int i64Ne(long a, long b) {
        return a != b ? 1 : 0;
    }

    public static int i64LtS(long a, long b) {
        return a < b ? 1 : 0;
    }

    public static int i64GtS(long a, long b) {
        return a > b ? 1 : 0;
    }

    public static int i64LeS(long a, long b) {
        return a <= b ? 1 : 0;
    }

    public static int i64GeS(long a, long b) {
        return a >= b ? 1 : 0;
    }

    public static int i64LtU(long a, long b) {
        return (a ^ Long.MIN_VALUE) < (b ^ Long.MIN_VALUE) ? 1 : 0;
    }

    public static int i64GtU(long a, long b) {
        return (a ^ Long.MIN_VALUE) > (b ^ Long.MIN_VALUE) ? 1 : 0;
    }

    public static int i64LeU(long a, long b) {
        return (a ^ Long.MIN_VALUE) <= (b ^ Long.MIN_VALUE) ? 1 : 0;
    }

    public static int i64GeU(long a, long b) {
        return (a ^ Long.MIN_VALUE) >= (b ^ Long.MIN_VALUE) ? 1 : 0;
    }

    public static int f32Eq(float a, float b) {
        return a == b ? 1 : 0;
    }

    public static int f32Ne(float a, float b) {
        return a != b ? 1 : 0;
    }

    public static int f32Lt(float a, float b) {
        return a < b ? 1 : 0;
    }

    public static int f32Gt(float a, float b) {
        return a > b ? 1 : 0;
    }

    public static int f32Le(float a, float b) {
        return a <= b ? 1 : 0;
    }

    public static int f32Ge(float a, float b) {
        return a >= b ? 1 : 0;
    }

    public static int f64Eq(double a, double b) {
        return a == b ? 1 : 0;
    }

    public static int f64Ne(double a, double b) {
        return a != b ? 1 : 0;
    }

    public static int f64Lt(double a, double b) {
        return a < b ? 1 : 0;
    }

    public static int f64Gt(double a, double b) {
        return a > b ? 1 : 0;
    }

    public static int f64Le(double a, double b) {
        return a <= b ? 1 : 0;
    }

    public static int f64Ge(double a, double b) {
        return a >= b ? 1 : 0;
    }

    public static long i64Clz(long a) {
        return Long.numberOfLeadingZeros(a);
    }

    public static long i64Ctz(long a) {
        return Long.numberOfTrailingZeros(a);
    }

    public static long i64Popcnt(long a) {
        return Long.bitCount(a);
    }

    public static long i64Rotl(long a, long b) {
        return Long.rotateLeft(a, (int) b);
    }

    public static long i64Rotr(long a, long b) {
        return Long.rotateRight(a, (int) b);
    }

    public static long i64ExtendI32U(int a) {
        return a & 0xffffffffL;
    }

    public static long i64Extend8S(long a) {
        return (byte) a;
    }

    public static long i64Extend16S(long a) {
        return (short) a;
    }

    public static long i64Extend32S(long a) {
        return (int) a;
    }

    public static float f32Abs(float a) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(a) & 0x7fffffff);
    }

    public static double f64Abs(double a) {
        return Double.longBitsToDouble(Double.doubleToRawLongBits(a) & 0x7fffffffffffffffL);
    }

    public static float f32Copysign(float a, float b) {
        return Float.intBitsToFloat(
                Float.floatToRawIntBits(a) & 0x7fffffff | Float.floatToRawIntBits(b) & 0x80000000);
    }

    public static double f64Copysign(double a, double b) {
        return Double.longBitsToDouble(
                Double.doubleToRawLongBits(a) & 0x7fffffffffffffffL
                        | Double.doubleToRawLongBits(b) & 0x8000000000000000L);
    }

    public static float f32Ceil(float a) {
        return (float) Math.ceil(a);
    }

    public static float f32Floor(float a) {
        return (float) Math.floor(a);
    }

    public static float f32Trunc(float a) {
        return (float) (a < 0 ? Math.ceil(a) : Math.floor(a));
    }

    public static double f64Trunc(double a) {
        return a < 0 ? Math.ceil(a) : Math.floor(a);
    }

    public static float f32Nearest(float a) {
        return (float) Math.rint(a);
    }

    public static float f32Sqrt(float a) {
        return (float) Math.sqrt(a);
    }

    public static float f32ConvertI32S(int a) {
        return a;
    }

    public static float f32ConvertI32U(int a) {
        return a & 0xffffffffL;
    }

    public static float f32ConvertI64S(long a) {
        return a;
    }

    /** Rounds once: halves with a sticky lowest bit, converts, doubles. */
    public static float f32ConvertI64U(long a) {
        return a >= 0 ? a : (float) (a >>> 1 | a & 1) * 2;
    }

    public static double f64ConvertI32S(int a) {
        return a;
    }

    public static double f64ConvertI32U(int a) {
        return a & 0xffffffffL;
    }

    public static double f64ConvertI64S(long a) {
        return a;
    }

    public static double f64ConvertI64U(long a) {
        return a >= 0 ? a : (double) (a >>> 1 | a & 1) * 2;
    }

    public static int i32TruncSatF32S(float a) {
        return (int) a;
    }

    public static int i32TruncSatF64S(double a) {
        return (int) a;
    }

    public static int i32TruncSatF32U(float a) {
        return i32TruncSatF64U(a);
    }

    public static int i32TruncSatF64U(double a) {
        return a >= TWO_TO_32 ? -1 : a > 0 ? (int) (long) a : 0;
    }

    public static long i64TruncSatF32S(float a) {
        return (long) a;
    }

    public static long i64TruncSatF64S(double a) {
        return (long) a;
    }

    public static long i64TruncSatF32U(float a) {
        return i64TruncSatF64U(a);
    }

    public static long i64TruncSatF64U(double a) {
        return a >= TWO_TO_64 ? -1 : a > 0 ? toUnsigned(a) : 0;
    }

    static boolean fitsI32(double a) {
        return a > -TWO_TO_31 - 1 && a < TWO_TO_31;
    }

    static boolean fitsU32(double a) {
        return a > -1 && a < TWO_TO_32;
    }

    static boolean fitsI64(double a) {
        return a >= -TWO_TO_63 && a < TWO_TO_63;
    }

    static boolean fitsU64(double a) {
        return a > -1 && a < TWO_TO_64;
    }

    /** Converts a number in (-1, 2^64). */
    static long toUnsigned(double a) {
        return a < TWO_TO_63 ? (long) a : (long) (a - TWO_TO_63) ^ Long.MIN_VALUE;
    }

    /** Raw bits of a slot of exception arguments to a number. */
    public static float longToFloat(long bits) {
        return Float.intBitsToFloat((int) bits);
    }

    /** A number to the raw bits of a slot of exception arguments. */
    public static long floatToLong(float value) {
        return Float.floatToRawIntBits(value);
    }
}
