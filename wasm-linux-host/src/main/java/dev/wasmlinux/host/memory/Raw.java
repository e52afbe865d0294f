/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.memory;

import java.lang.reflect.Field;
import java.nio.ByteOrder;
import sun.misc.Unsafe;

/** The only place that names the JDK's raw memory access, for this package and rt. */
public final class Raw {
    /** Raw memory access. */
    public static final Unsafe UNSAFE = find();

    private Raw() {}

    private static Unsafe find() {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new IllegalStateException("guest memory needs a little-endian machine");
        }
        try {
            Field field = Unsafe.class.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            return (Unsafe) field.get(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM has no raw memory access", e);
        }
    }

    /** Copies bytes to a host address. */
    public static void copyIn(byte[] source, int offset, long address, int length) {
        UNSAFE.copyMemory(
                source, Unsafe.ARRAY_BYTE_BASE_OFFSET + (long) offset, null, address, length);
    }

    /** Copies bytes from a host address. */
    public static void copyOut(long address, byte[] target, int offset, int length) {
        UNSAFE.copyMemory(
                null, address, target, Unsafe.ARRAY_BYTE_BASE_OFFSET + (long) offset, length);
    }
}
