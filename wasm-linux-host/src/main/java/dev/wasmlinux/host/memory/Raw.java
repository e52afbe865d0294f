/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.memory;

import java.lang.reflect.Field;
import sun.misc.Unsafe;

/** Off-heap memory by address. No checks: callers have made them. */
final class Raw {
    private static final Unsafe UNSAFE = unsafe();

    private Raw() {}

    private static Unsafe unsafe() {
        try {
            Field field = Unsafe.class.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            return (Unsafe) field.get(null);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Memory as malloc gives it: zero and untouched for blocks beyond its mmap threshold. */
    static long allocate(long bytes) {
        return UNSAFE.allocateMemory(bytes);
    }

    static void free(long address) {
        UNSAFE.freeMemory(address);
    }

    static void zero(long address, long bytes) {
        UNSAFE.setMemory(address, bytes, (byte) 0);
    }

    static int getInt(long address) {
        return UNSAFE.getInt(address);
    }

    static void putInt(long address, int value) {
        UNSAFE.putInt(address, value);
    }

    static long getLong(long address) {
        return UNSAFE.getLong(address);
    }

    static void putLong(long address, long value) {
        UNSAFE.putLong(address, value);
    }

    static short getShortVolatile(long address) {
        return UNSAFE.getShortVolatile(null, address);
    }

    static void putShortVolatile(long address, short value) {
        UNSAFE.putShortVolatile(null, address, value);
    }

    static int getIntVolatile(long address) {
        return UNSAFE.getIntVolatile(null, address);
    }

    static void putIntVolatile(long address, int value) {
        UNSAFE.putIntVolatile(null, address, value);
    }

    static void putLongVolatile(long address, long value) {
        UNSAFE.putLongVolatile(null, address, value);
    }

    static boolean compareAndSetInt(long address, int expected, int value) {
        return UNSAFE.compareAndSwapInt(null, address, expected, value);
    }

    static void copyIn(byte[] source, int offset, long address, int length) {
        UNSAFE.copyMemory(
                source, Unsafe.ARRAY_BYTE_BASE_OFFSET + (long) offset, null, address, length);
    }

    static void copyOut(long address, byte[] target, int offset, int length) {
        UNSAFE.copyMemory(
                null, address, target, Unsafe.ARRAY_BYTE_BASE_OFFSET + (long) offset, length);
    }
}
