/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.rt;

import static dev.wasmlinux.host.memory.Raw.UNSAFE;

import dev.wasmlinux.host.memory.Raw;

/**
 * Linear memory of the kernel form: every access goes to {@code memory + ((base + offset) mod
 * 2^32)}. There is no check: 4 GiB of address space must be reserved at {@code memory}.
 *
 * <p>Below byte 0 lies the machine's dead word, an {@code int} at {@code memory - 16}: once it is
 * not zero, {@link #poll} throws {@link MachineDead}. Atomic loads acquire, atomic stores release,
 * and read-modify-write operations and fences are sequentially consistent. Safe for any thread
 * while the memory lives.
 */
public final class FlatMemory {
    /** Distance of the dead word below byte 0. */
    public static final int DEAD_WORD = 16;

    private FlatMemory() {}

    private static long address(int base, int offset, long memory) {
        return memory + (base + offset & 0xffffffffL);
    }

    private static long atomicAddress(int base, int offset, int size, long memory) {
        int address = base + offset;
        if ((address & size - 1) != 0) {
            throw new GuestTrap(GuestTrap.MISALIGNED_ATOMIC, address);
        }
        return memory + (address & 0xffffffffL);
    }

    /** Back-edge of a loop: unwinds if the machine is dead. */
    public static void poll(long memory) {
        if (UNSAFE.getIntVolatile(null, memory - DEAD_WORD) != 0) {
            throw MachineDead.INSTANCE;
        }
    }

    public static byte readByte(int base, int offset, long memory) {
        return UNSAFE.getByte(address(base, offset, memory));
    }

    public static void writeByte(int base, byte value, int offset, long memory) {
        UNSAFE.putByte(address(base, offset, memory), value);
    }

    public static short readShort(int base, int offset, long memory) {
        return UNSAFE.getShort(address(base, offset, memory));
    }

    public static void writeShort(int base, short value, int offset, long memory) {
        UNSAFE.putShort(address(base, offset, memory), value);
    }

    public static int readInt(int base, int offset, long memory) {
        return UNSAFE.getInt(address(base, offset, memory));
    }

    public static void writeInt(int base, int value, int offset, long memory) {
        UNSAFE.putInt(address(base, offset, memory), value);
    }

    public static long readLong(int base, int offset, long memory) {
        return UNSAFE.getLong(address(base, offset, memory));
    }

    public static void writeLong(int base, long value, int offset, long memory) {
        UNSAFE.putLong(address(base, offset, memory), value);
    }

    public static float readFloat(int base, int offset, long memory) {
        return UNSAFE.getFloat(address(base, offset, memory));
    }

    public static void writeFloat(int base, float value, int offset, long memory) {
        UNSAFE.putFloat(address(base, offset, memory), value);
    }

    public static double readDouble(int base, int offset, long memory) {
        return UNSAFE.getDouble(address(base, offset, memory));
    }

    public static void writeDouble(int base, double value, int offset, long memory) {
        UNSAFE.putDouble(address(base, offset, memory), value);
    }

    public static int atomicIntByteRead(int base, int offset, long memory) {
        return UNSAFE.getByteVolatile(null, atomicAddress(base, offset, 1, memory)) & 0xff;
    }

    public static void atomicIntByteWrite(int base, byte value, int offset, long memory) {
        long address = atomicAddress(base, offset, 1, memory);
        UNSAFE.storeFence();
        UNSAFE.putByte(address, value);
    }

    public static int atomicIntShortRead(int base, int offset, long memory) {
        return UNSAFE.getShortVolatile(null, atomicAddress(base, offset, 2, memory)) & 0xffff;
    }

    public static void atomicIntShortWrite(int base, short value, int offset, long memory) {
        long address = atomicAddress(base, offset, 2, memory);
        UNSAFE.storeFence();
        UNSAFE.putShort(address, value);
    }

    public static int atomicIntRead(int base, int offset, long memory) {
        return UNSAFE.getIntVolatile(null, atomicAddress(base, offset, 4, memory));
    }

    public static void atomicIntWrite(int base, int value, int offset, long memory) {
        UNSAFE.putOrderedInt(null, atomicAddress(base, offset, 4, memory), value);
    }

    public static long atomicLongByteRead(int base, int offset, long memory) {
        return UNSAFE.getByteVolatile(null, atomicAddress(base, offset, 1, memory)) & 0xffL;
    }

    public static void atomicLongByteWrite(int base, byte value, int offset, long memory) {
        long address = atomicAddress(base, offset, 1, memory);
        UNSAFE.storeFence();
        UNSAFE.putByte(address, value);
    }

    public static long atomicLongShortRead(int base, int offset, long memory) {
        return UNSAFE.getShortVolatile(null, atomicAddress(base, offset, 2, memory)) & 0xffffL;
    }

    public static void atomicLongShortWrite(int base, short value, int offset, long memory) {
        long address = atomicAddress(base, offset, 2, memory);
        UNSAFE.storeFence();
        UNSAFE.putShort(address, value);
    }

    public static long atomicLongIntRead(int base, int offset, long memory) {
        return UNSAFE.getIntVolatile(null, atomicAddress(base, offset, 4, memory)) & 0xffffffffL;
    }

    public static void atomicLongIntWrite(int base, int value, int offset, long memory) {
        UNSAFE.putOrderedInt(null, atomicAddress(base, offset, 4, memory), value);
    }

    public static long atomicLongRead(int base, int offset, long memory) {
        return UNSAFE.getLongVolatile(null, atomicAddress(base, offset, 8, memory));
    }

    public static void atomicLongWrite(int base, long value, int offset, long memory) {
        UNSAFE.putOrderedLong(null, atomicAddress(base, offset, 8, memory), value);
    }

    public static int atomicIntRmwAdd(int base, int operand, int offset, long memory) {
        return Atomics.add32(atomicAddress(base, offset, 4, memory), operand);
    }

    public static int atomicIntRmwSub(int base, int operand, int offset, long memory) {
        return Atomics.sub32(atomicAddress(base, offset, 4, memory), operand);
    }

    public static int atomicIntRmwAnd(int base, int operand, int offset, long memory) {
        return Atomics.and32(atomicAddress(base, offset, 4, memory), operand);
    }

    public static int atomicIntRmwOr(int base, int operand, int offset, long memory) {
        return Atomics.or32(atomicAddress(base, offset, 4, memory), operand);
    }

    public static int atomicIntRmwXor(int base, int operand, int offset, long memory) {
        return Atomics.xor32(atomicAddress(base, offset, 4, memory), operand);
    }

    public static int atomicIntRmwXchg(int base, int operand, int offset, long memory) {
        return Atomics.xchg32(atomicAddress(base, offset, 4, memory), operand);
    }

    public static int atomicIntRmwCmpxchg(
            int base, int expected, int replacement, int offset, long memory) {
        return Atomics.cmpxchg32(atomicAddress(base, offset, 4, memory), expected, replacement);
    }

    public static int atomicIntRmw8AddU(int base, int operand, int offset, long memory) {
        return Atomics.add8(atomicAddress(base, offset, 1, memory), operand);
    }

    public static int atomicIntRmw8SubU(int base, int operand, int offset, long memory) {
        return Atomics.sub8(atomicAddress(base, offset, 1, memory), operand);
    }

    public static int atomicIntRmw8AndU(int base, int operand, int offset, long memory) {
        return Atomics.and8(atomicAddress(base, offset, 1, memory), operand);
    }

    public static int atomicIntRmw8OrU(int base, int operand, int offset, long memory) {
        return Atomics.or8(atomicAddress(base, offset, 1, memory), operand);
    }

    public static int atomicIntRmw8XorU(int base, int operand, int offset, long memory) {
        return Atomics.xor8(atomicAddress(base, offset, 1, memory), operand);
    }

    public static int atomicIntRmw8XchgU(int base, int operand, int offset, long memory) {
        return Atomics.xchg8(atomicAddress(base, offset, 1, memory), operand);
    }

    public static int atomicIntRmw8CmpxchgU(
            int base, int expected, int replacement, int offset, long memory) {
        if ((expected & ~0xff) != 0) {
            return atomicIntByteRead(base, offset, memory);
        }
        return Atomics.cmpxchg8(atomicAddress(base, offset, 1, memory), expected, replacement);
    }

    public static int atomicIntRmw16AddU(int base, int operand, int offset, long memory) {
        return Atomics.add16(atomicAddress(base, offset, 2, memory), operand);
    }

    public static int atomicIntRmw16SubU(int base, int operand, int offset, long memory) {
        return Atomics.sub16(atomicAddress(base, offset, 2, memory), operand);
    }

    public static int atomicIntRmw16AndU(int base, int operand, int offset, long memory) {
        return Atomics.and16(atomicAddress(base, offset, 2, memory), operand);
    }

    public static int atomicIntRmw16OrU(int base, int operand, int offset, long memory) {
        return Atomics.or16(atomicAddress(base, offset, 2, memory), operand);
    }

    public static int atomicIntRmw16XorU(int base, int operand, int offset, long memory) {
        return Atomics.xor16(atomicAddress(base, offset, 2, memory), operand);
    }

    public static int atomicIntRmw16XchgU(int base, int operand, int offset, long memory) {
        return Atomics.xchg16(atomicAddress(base, offset, 2, memory), operand);
    }

    public static int atomicIntRmw16CmpxchgU(
            int base, int expected, int replacement, int offset, long memory) {
        if ((expected & ~0xffff) != 0) {
            return atomicIntShortRead(base, offset, memory);
        }
        return Atomics.cmpxchg16(atomicAddress(base, offset, 2, memory), expected, replacement);
    }

    public static long atomicLongRmw8AddU(int base, long operand, int offset, long memory) {
        return Atomics.add8(atomicAddress(base, offset, 1, memory), (int) operand);
    }

    public static long atomicLongRmw8SubU(int base, long operand, int offset, long memory) {
        return Atomics.sub8(atomicAddress(base, offset, 1, memory), (int) operand);
    }

    public static long atomicLongRmw8AndU(int base, long operand, int offset, long memory) {
        return Atomics.and8(atomicAddress(base, offset, 1, memory), (int) operand);
    }

    public static long atomicLongRmw8OrU(int base, long operand, int offset, long memory) {
        return Atomics.or8(atomicAddress(base, offset, 1, memory), (int) operand);
    }

    public static long atomicLongRmw8XorU(int base, long operand, int offset, long memory) {
        return Atomics.xor8(atomicAddress(base, offset, 1, memory), (int) operand);
    }

    public static long atomicLongRmw8XchgU(int base, long operand, int offset, long memory) {
        return Atomics.xchg8(atomicAddress(base, offset, 1, memory), (int) operand);
    }

    public static long atomicLongRmw8CmpxchgU(
            int base, long expected, long replacement, int offset, long memory) {
        if ((expected & ~0xffL) != 0) {
            return atomicLongByteRead(base, offset, memory);
        }
        return Atomics.cmpxchg8(
                atomicAddress(base, offset, 1, memory), (int) expected, (int) replacement);
    }

    public static long atomicLongRmw16AddU(int base, long operand, int offset, long memory) {
        return Atomics.add16(atomicAddress(base, offset, 2, memory), (int) operand);
    }

    public static long atomicLongRmw16SubU(int base, long operand, int offset, long memory) {
        return Atomics.sub16(atomicAddress(base, offset, 2, memory), (int) operand);
    }

    public static long atomicLongRmw16AndU(int base, long operand, int offset, long memory) {
        return Atomics.and16(atomicAddress(base, offset, 2, memory), (int) operand);
    }

    public static long atomicLongRmw16OrU(int base, long operand, int offset, long memory) {
        return Atomics.or16(atomicAddress(base, offset, 2, memory), (int) operand);
    }

    public static long atomicLongRmw16XorU(int base, long operand, int offset, long memory) {
        return Atomics.xor16(atomicAddress(base, offset, 2, memory), (int) operand);
    }

    public static long atomicLongRmw16XchgU(int base, long operand, int offset, long memory) {
        return Atomics.xchg16(atomicAddress(base, offset, 2, memory), (int) operand);
    }

    public static long atomicLongRmw16CmpxchgU(
            int base, long expected, long replacement, int offset, long memory) {
        if ((expected & ~0xffffL) != 0) {
            return atomicLongShortRead(base, offset, memory);
        }
        return Atomics.cmpxchg16(
                atomicAddress(base, offset, 2, memory), (int) expected, (int) replacement);
    }

    public static long atomicLongRmw32AddU(int base, long operand, int offset, long memory) {
        return Atomics.add32(atomicAddress(base, offset, 4, memory), (int) operand) & 0xffffffffL;
    }

    public static long atomicLongRmw32SubU(int base, long operand, int offset, long memory) {
        return Atomics.sub32(atomicAddress(base, offset, 4, memory), (int) operand) & 0xffffffffL;
    }

    public static long atomicLongRmw32AndU(int base, long operand, int offset, long memory) {
        return Atomics.and32(atomicAddress(base, offset, 4, memory), (int) operand) & 0xffffffffL;
    }

    public static long atomicLongRmw32OrU(int base, long operand, int offset, long memory) {
        return Atomics.or32(atomicAddress(base, offset, 4, memory), (int) operand) & 0xffffffffL;
    }

    public static long atomicLongRmw32XorU(int base, long operand, int offset, long memory) {
        return Atomics.xor32(atomicAddress(base, offset, 4, memory), (int) operand) & 0xffffffffL;
    }

    public static long atomicLongRmw32XchgU(int base, long operand, int offset, long memory) {
        return Atomics.xchg32(atomicAddress(base, offset, 4, memory), (int) operand) & 0xffffffffL;
    }

    public static long atomicLongRmw32CmpxchgU(
            int base, long expected, long replacement, int offset, long memory) {
        if ((expected & ~0xffffffffL) != 0) {
            return atomicLongIntRead(base, offset, memory);
        }
        return Atomics.cmpxchg32(
                        atomicAddress(base, offset, 4, memory), (int) expected, (int) replacement)
                & 0xffffffffL;
    }

    public static long atomicLongRmwAdd(int base, long operand, int offset, long memory) {
        return Atomics.add64(atomicAddress(base, offset, 8, memory), operand);
    }

    public static long atomicLongRmwSub(int base, long operand, int offset, long memory) {
        return Atomics.sub64(atomicAddress(base, offset, 8, memory), operand);
    }

    public static long atomicLongRmwAnd(int base, long operand, int offset, long memory) {
        return Atomics.and64(atomicAddress(base, offset, 8, memory), operand);
    }

    public static long atomicLongRmwOr(int base, long operand, int offset, long memory) {
        return Atomics.or64(atomicAddress(base, offset, 8, memory), operand);
    }

    public static long atomicLongRmwXor(int base, long operand, int offset, long memory) {
        return Atomics.xor64(atomicAddress(base, offset, 8, memory), operand);
    }

    public static long atomicLongRmwXchg(int base, long operand, int offset, long memory) {
        return Atomics.xchg64(atomicAddress(base, offset, 8, memory), operand);
    }

    public static long atomicLongRmwCmpxchg(
            int base, long expected, long replacement, int offset, long memory) {
        return Atomics.cmpxchg64(atomicAddress(base, offset, 8, memory), expected, replacement);
    }

    public static void atomicFence(long memory) {
        UNSAFE.fullFence();
    }

    public static void copy(int destination, int source, int size, long memory) {
        UNSAFE.copyMemory(
                memory + (source & 0xffffffffL),
                memory + (destination & 0xffffffffL),
                size & 0xffffffffL);
    }

    public static void fill(int destination, byte value, int size, long memory) {
        Blocks.fill(memory + (destination & 0xffffffffL), value, size & 0xffffffffL);
    }

    public static void init(
            int destination, int offset, int size, int segment, long memory, Context context) {
        byte[] bytes = context.segment(segment);
        if (offset < 0 || size < 0 || size > bytes.length - offset) {
            throw new GuestTrap(GuestTrap.OTHER, destination);
        }
        Raw.copyIn(bytes, offset, memory + (destination & 0xffffffffL), size);
    }
}
