/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.rt;

import static dev.wasmlinux.host.memory.Raw.UNSAFE;

import dev.wasmlinux.host.memory.Raw;

/**
 * Memory of the program form: every access goes through the software TLB whose base {@code t} the
 * compiled code carries. The read table lies at {@code t}, the write table at {@code t +} {@value
 * #WRITE_TABLE}; entry {@code n} of a table is the host address of the frame of virtual page {@code
 * n} minus that page's virtual address, 0 if there is none. An {@code int} attention word at {@code
 * t - 16} asks for {@link UserAccess#poll}.
 *
 * <p>A missing entry calls {@link UserAccess#fault} on the same thread and tries again. A
 * translation is used for one access and never held over a poll; bulk operations translate page by
 * page and may stop midway when the fault unwinds. Atomic operations are sequentially consistent
 * and translate once; a misaligned one is a trap. Called on {@link GuestThread}s only.
 */
public final class TlbMemory {
    /** Binary logarithm of the page size. */
    public static final int PAGE_SHIFT = 14;

    /** Page size in bytes. */
    public static final int PAGE_SIZE = 1 << PAGE_SHIFT;

    /** Number of entries of a table; covers the whole 32-bit index range. */
    public static final int ENTRIES = 1 << 32 - PAGE_SHIFT;

    /** Distance of the write table from the base in bytes. */
    public static final int WRITE_TABLE = ENTRIES * 8;

    /** Distance of the attention word below the base. */
    public static final int ATTENTION_WORD = 16;

    private static final int PAGE_MASK = PAGE_SIZE - 1;

    // Chunks between two polls of a bulk operation: 1 MiB, some 100 us.
    private static final int CHUNKS_PER_POLL = 64;

    private TlbMemory() {}

    private static long readEntry(int address, long t) {
        return UNSAFE.getLong(t + ((long) (address >>> PAGE_SHIFT) << 3));
    }

    private static long writeEntry(int address, long t) {
        return UNSAFE.getLong(t + WRITE_TABLE + ((long) (address >>> PAGE_SHIFT) << 3));
    }

    /** Back-edge of a loop or a call: handles pending work if there may be some. */
    public static void poll(long t) {
        if (UNSAFE.getIntVolatile(null, t - ATTENTION_WORD) != 0) {
            GuestThread.currentUser().poll();
        }
    }

    private static long resolveRead(int address, long t) {
        while (true) {
            long entry = readEntry(address, t);
            if (entry != 0) {
                return entry + address;
            }
            GuestThread.currentUser().fault(address, false);
        }
    }

    private static long resolveWrite(int address, long t) {
        while (true) {
            long entry = writeEntry(address, t);
            if (entry != 0) {
                return entry + address;
            }
            GuestThread.currentUser().fault(address, true);
        }
    }

    private static boolean crosses(int address, int size) {
        return (address & PAGE_MASK) > PAGE_SIZE - size;
    }

    private static long slowRead(int address, int size, long t) {
        if (crosses(address, size)) {
            long value = 0;
            for (int i = 0; i < size; i++) {
                value |= (UNSAFE.getByte(resolveRead(address + i, t)) & 0xffL) << (i << 3);
            }
            return value;
        }
        long host = resolveRead(address, t);
        return switch (size) {
            case 1 -> UNSAFE.getByte(host);
            case 2 -> UNSAFE.getShort(host);
            case 4 -> UNSAFE.getInt(host);
            default -> UNSAFE.getLong(host);
        };
    }

    private static void slowWrite(int address, long value, int size, long t) {
        if (crosses(address, size)) {
            // Both pages first: a fault on the second one must not leave half a store behind.
            resolveWrite(address, t);
            resolveWrite(address + size - 1, t);
            for (int i = 0; i < size; i++) {
                UNSAFE.putByte(resolveWrite(address + i, t), (byte) (value >>> (i << 3)));
            }
            return;
        }
        long host = resolveWrite(address, t);
        switch (size) {
            case 1 -> UNSAFE.putByte(host, (byte) value);
            case 2 -> UNSAFE.putShort(host, (short) value);
            case 4 -> UNSAFE.putInt(host, (int) value);
            default -> UNSAFE.putLong(host, value);
        }
    }

    private static long atomicRead(int base, int offset, int size, long t) {
        int address = base + offset;
        if ((address & size - 1) != 0) {
            throw ProgramTraps.raise(GuestTrap.MISALIGNED_ATOMIC, address);
        }
        long entry = readEntry(address, t);
        return entry != 0 ? entry + address : resolveRead(address, t);
    }

    private static long atomicAddress(int base, int offset, int size, long t) {
        int address = base + offset;
        if ((address & size - 1) != 0) {
            throw ProgramTraps.raise(GuestTrap.MISALIGNED_ATOMIC, address);
        }
        long entry = writeEntry(address, t);
        return entry != 0 ? entry + address : resolveWrite(address, t);
    }

    public static byte readByte(int base, int offset, long t) {
        int address = base + offset;
        long entry = readEntry(address, t);
        if (entry == 0) {
            return (byte) slowRead(address, 1, t);
        }
        return UNSAFE.getByte(entry + address);
    }

    public static void writeByte(int base, byte value, int offset, long t) {
        int address = base + offset;
        long entry = writeEntry(address, t);
        if (entry == 0) {
            slowWrite(address, value, 1, t);
            return;
        }
        UNSAFE.putByte(entry + address, value);
    }

    public static short readShort(int base, int offset, long t) {
        int address = base + offset;
        long entry = readEntry(address, t);
        if (entry == 0 || (address & PAGE_MASK) > PAGE_SIZE - 2) {
            return (short) slowRead(address, 2, t);
        }
        return UNSAFE.getShort(entry + address);
    }

    public static void writeShort(int base, short value, int offset, long t) {
        int address = base + offset;
        long entry = writeEntry(address, t);
        if (entry == 0 || (address & PAGE_MASK) > PAGE_SIZE - 2) {
            slowWrite(address, value, 2, t);
            return;
        }
        UNSAFE.putShort(entry + address, value);
    }

    public static int readInt(int base, int offset, long t) {
        int address = base + offset;
        long entry = readEntry(address, t);
        if (entry == 0 || (address & PAGE_MASK) > PAGE_SIZE - 4) {
            return (int) slowRead(address, 4, t);
        }
        return UNSAFE.getInt(entry + address);
    }

    public static void writeInt(int base, int value, int offset, long t) {
        int address = base + offset;
        long entry = writeEntry(address, t);
        if (entry == 0 || (address & PAGE_MASK) > PAGE_SIZE - 4) {
            slowWrite(address, value, 4, t);
            return;
        }
        UNSAFE.putInt(entry + address, value);
    }

    public static long readLong(int base, int offset, long t) {
        int address = base + offset;
        long entry = readEntry(address, t);
        if (entry == 0 || (address & PAGE_MASK) > PAGE_SIZE - 8) {
            return slowRead(address, 8, t);
        }
        return UNSAFE.getLong(entry + address);
    }

    public static void writeLong(int base, long value, int offset, long t) {
        int address = base + offset;
        long entry = writeEntry(address, t);
        if (entry == 0 || (address & PAGE_MASK) > PAGE_SIZE - 8) {
            slowWrite(address, value, 8, t);
            return;
        }
        UNSAFE.putLong(entry + address, value);
    }

    public static float readFloat(int base, int offset, long t) {
        int address = base + offset;
        long entry = readEntry(address, t);
        if (entry == 0 || (address & PAGE_MASK) > PAGE_SIZE - 4) {
            return Float.intBitsToFloat((int) slowRead(address, 4, t));
        }
        return UNSAFE.getFloat(entry + address);
    }

    public static void writeFloat(int base, float value, int offset, long t) {
        int address = base + offset;
        long entry = writeEntry(address, t);
        if (entry == 0 || (address & PAGE_MASK) > PAGE_SIZE - 4) {
            slowWrite(address, Float.floatToRawIntBits(value), 4, t);
            return;
        }
        UNSAFE.putFloat(entry + address, value);
    }

    public static double readDouble(int base, int offset, long t) {
        int address = base + offset;
        long entry = readEntry(address, t);
        if (entry == 0 || (address & PAGE_MASK) > PAGE_SIZE - 8) {
            return Double.longBitsToDouble(slowRead(address, 8, t));
        }
        return UNSAFE.getDouble(entry + address);
    }

    public static void writeDouble(int base, double value, int offset, long t) {
        int address = base + offset;
        long entry = writeEntry(address, t);
        if (entry == 0 || (address & PAGE_MASK) > PAGE_SIZE - 8) {
            slowWrite(address, Double.doubleToRawLongBits(value), 8, t);
            return;
        }
        UNSAFE.putDouble(entry + address, value);
    }

    public static int atomicIntByteRead(int base, int offset, long t) {
        return UNSAFE.getByteVolatile(null, atomicRead(base, offset, 1, t)) & 0xff;
    }

    public static void atomicIntByteWrite(int base, byte value, int offset, long t) {
        UNSAFE.putByteVolatile(null, atomicAddress(base, offset, 1, t), value);
    }

    public static int atomicIntShortRead(int base, int offset, long t) {
        return UNSAFE.getShortVolatile(null, atomicRead(base, offset, 2, t)) & 0xffff;
    }

    public static void atomicIntShortWrite(int base, short value, int offset, long t) {
        UNSAFE.putShortVolatile(null, atomicAddress(base, offset, 2, t), value);
    }

    public static int atomicIntRead(int base, int offset, long t) {
        return UNSAFE.getIntVolatile(null, atomicRead(base, offset, 4, t));
    }

    public static void atomicIntWrite(int base, int value, int offset, long t) {
        UNSAFE.putIntVolatile(null, atomicAddress(base, offset, 4, t), value);
    }

    public static long atomicLongByteRead(int base, int offset, long t) {
        return UNSAFE.getByteVolatile(null, atomicRead(base, offset, 1, t)) & 0xffL;
    }

    public static void atomicLongByteWrite(int base, byte value, int offset, long t) {
        UNSAFE.putByteVolatile(null, atomicAddress(base, offset, 1, t), value);
    }

    public static long atomicLongShortRead(int base, int offset, long t) {
        return UNSAFE.getShortVolatile(null, atomicRead(base, offset, 2, t)) & 0xffffL;
    }

    public static void atomicLongShortWrite(int base, short value, int offset, long t) {
        UNSAFE.putShortVolatile(null, atomicAddress(base, offset, 2, t), value);
    }

    public static long atomicLongIntRead(int base, int offset, long t) {
        return UNSAFE.getIntVolatile(null, atomicRead(base, offset, 4, t)) & 0xffffffffL;
    }

    public static void atomicLongIntWrite(int base, int value, int offset, long t) {
        UNSAFE.putIntVolatile(null, atomicAddress(base, offset, 4, t), value);
    }

    public static long atomicLongRead(int base, int offset, long t) {
        return UNSAFE.getLongVolatile(null, atomicRead(base, offset, 8, t));
    }

    public static void atomicLongWrite(int base, long value, int offset, long t) {
        UNSAFE.putLongVolatile(null, atomicAddress(base, offset, 8, t), value);
    }

    public static int atomicIntRmwAdd(int base, int operand, int offset, long t) {
        return Atomics.add32(atomicAddress(base, offset, 4, t), operand);
    }

    public static int atomicIntRmwSub(int base, int operand, int offset, long t) {
        return Atomics.sub32(atomicAddress(base, offset, 4, t), operand);
    }

    public static int atomicIntRmwAnd(int base, int operand, int offset, long t) {
        return Atomics.and32(atomicAddress(base, offset, 4, t), operand);
    }

    public static int atomicIntRmwOr(int base, int operand, int offset, long t) {
        return Atomics.or32(atomicAddress(base, offset, 4, t), operand);
    }

    public static int atomicIntRmwXor(int base, int operand, int offset, long t) {
        return Atomics.xor32(atomicAddress(base, offset, 4, t), operand);
    }

    public static int atomicIntRmwXchg(int base, int operand, int offset, long t) {
        return Atomics.xchg32(atomicAddress(base, offset, 4, t), operand);
    }

    public static int atomicIntRmwCmpxchg(
            int base, int expected, int replacement, int offset, long t) {
        return Atomics.cmpxchg32(atomicAddress(base, offset, 4, t), expected, replacement);
    }

    public static int atomicIntRmw8AddU(int base, int operand, int offset, long t) {
        return Atomics.add8(atomicAddress(base, offset, 1, t), operand);
    }

    public static int atomicIntRmw8SubU(int base, int operand, int offset, long t) {
        return Atomics.sub8(atomicAddress(base, offset, 1, t), operand);
    }

    public static int atomicIntRmw8AndU(int base, int operand, int offset, long t) {
        return Atomics.and8(atomicAddress(base, offset, 1, t), operand);
    }

    public static int atomicIntRmw8OrU(int base, int operand, int offset, long t) {
        return Atomics.or8(atomicAddress(base, offset, 1, t), operand);
    }

    public static int atomicIntRmw8XorU(int base, int operand, int offset, long t) {
        return Atomics.xor8(atomicAddress(base, offset, 1, t), operand);
    }

    public static int atomicIntRmw8XchgU(int base, int operand, int offset, long t) {
        return Atomics.xchg8(atomicAddress(base, offset, 1, t), operand);
    }

    public static int atomicIntRmw8CmpxchgU(
            int base, int expected, int replacement, int offset, long t) {
        if ((expected & ~0xff) != 0) {
            return atomicIntByteRead(base, offset, t);
        }
        return Atomics.cmpxchg8(atomicAddress(base, offset, 1, t), expected, replacement);
    }

    public static int atomicIntRmw16AddU(int base, int operand, int offset, long t) {
        return Atomics.add16(atomicAddress(base, offset, 2, t), operand);
    }

    public static int atomicIntRmw16SubU(int base, int operand, int offset, long t) {
        return Atomics.sub16(atomicAddress(base, offset, 2, t), operand);
    }

    public static int atomicIntRmw16AndU(int base, int operand, int offset, long t) {
        return Atomics.and16(atomicAddress(base, offset, 2, t), operand);
    }

    public static int atomicIntRmw16OrU(int base, int operand, int offset, long t) {
        return Atomics.or16(atomicAddress(base, offset, 2, t), operand);
    }

    public static int atomicIntRmw16XorU(int base, int operand, int offset, long t) {
        return Atomics.xor16(atomicAddress(base, offset, 2, t), operand);
    }

    public static int atomicIntRmw16XchgU(int base, int operand, int offset, long t) {
        return Atomics.xchg16(atomicAddress(base, offset, 2, t), operand);
    }

    public static int atomicIntRmw16CmpxchgU(
            int base, int expected, int replacement, int offset, long t) {
        if ((expected & ~0xffff) != 0) {
            return atomicIntShortRead(base, offset, t);
        }
        return Atomics.cmpxchg16(atomicAddress(base, offset, 2, t), expected, replacement);
    }

    public static long atomicLongRmw8AddU(int base, long operand, int offset, long t) {
        return Atomics.add8(atomicAddress(base, offset, 1, t), (int) operand);
    }

    public static long atomicLongRmw8SubU(int base, long operand, int offset, long t) {
        return Atomics.sub8(atomicAddress(base, offset, 1, t), (int) operand);
    }

    public static long atomicLongRmw8AndU(int base, long operand, int offset, long t) {
        return Atomics.and8(atomicAddress(base, offset, 1, t), (int) operand);
    }

    public static long atomicLongRmw8OrU(int base, long operand, int offset, long t) {
        return Atomics.or8(atomicAddress(base, offset, 1, t), (int) operand);
    }

    public static long atomicLongRmw8XorU(int base, long operand, int offset, long t) {
        return Atomics.xor8(atomicAddress(base, offset, 1, t), (int) operand);
    }

    public static long atomicLongRmw8XchgU(int base, long operand, int offset, long t) {
        return Atomics.xchg8(atomicAddress(base, offset, 1, t), (int) operand);
    }

    public static long atomicLongRmw8CmpxchgU(
            int base, long expected, long replacement, int offset, long t) {
        if ((expected & ~0xffL) != 0) {
            return atomicLongByteRead(base, offset, t);
        }
        return Atomics.cmpxchg8(
                atomicAddress(base, offset, 1, t), (int) expected, (int) replacement);
    }

    public static long atomicLongRmw16AddU(int base, long operand, int offset, long t) {
        return Atomics.add16(atomicAddress(base, offset, 2, t), (int) operand);
    }

    public static long atomicLongRmw16SubU(int base, long operand, int offset, long t) {
        return Atomics.sub16(atomicAddress(base, offset, 2, t), (int) operand);
    }

    public static long atomicLongRmw16AndU(int base, long operand, int offset, long t) {
        return Atomics.and16(atomicAddress(base, offset, 2, t), (int) operand);
    }

    public static long atomicLongRmw16OrU(int base, long operand, int offset, long t) {
        return Atomics.or16(atomicAddress(base, offset, 2, t), (int) operand);
    }

    public static long atomicLongRmw16XorU(int base, long operand, int offset, long t) {
        return Atomics.xor16(atomicAddress(base, offset, 2, t), (int) operand);
    }

    public static long atomicLongRmw16XchgU(int base, long operand, int offset, long t) {
        return Atomics.xchg16(atomicAddress(base, offset, 2, t), (int) operand);
    }

    public static long atomicLongRmw16CmpxchgU(
            int base, long expected, long replacement, int offset, long t) {
        if ((expected & ~0xffffL) != 0) {
            return atomicLongShortRead(base, offset, t);
        }
        return Atomics.cmpxchg16(
                atomicAddress(base, offset, 2, t), (int) expected, (int) replacement);
    }

    public static long atomicLongRmw32AddU(int base, long operand, int offset, long t) {
        return Atomics.add32(atomicAddress(base, offset, 4, t), (int) operand) & 0xffffffffL;
    }

    public static long atomicLongRmw32SubU(int base, long operand, int offset, long t) {
        return Atomics.sub32(atomicAddress(base, offset, 4, t), (int) operand) & 0xffffffffL;
    }

    public static long atomicLongRmw32AndU(int base, long operand, int offset, long t) {
        return Atomics.and32(atomicAddress(base, offset, 4, t), (int) operand) & 0xffffffffL;
    }

    public static long atomicLongRmw32OrU(int base, long operand, int offset, long t) {
        return Atomics.or32(atomicAddress(base, offset, 4, t), (int) operand) & 0xffffffffL;
    }

    public static long atomicLongRmw32XorU(int base, long operand, int offset, long t) {
        return Atomics.xor32(atomicAddress(base, offset, 4, t), (int) operand) & 0xffffffffL;
    }

    public static long atomicLongRmw32XchgU(int base, long operand, int offset, long t) {
        return Atomics.xchg32(atomicAddress(base, offset, 4, t), (int) operand) & 0xffffffffL;
    }

    public static long atomicLongRmw32CmpxchgU(
            int base, long expected, long replacement, int offset, long t) {
        if ((expected & ~0xffffffffL) != 0) {
            return atomicLongIntRead(base, offset, t);
        }
        return Atomics.cmpxchg32(
                        atomicAddress(base, offset, 4, t), (int) expected, (int) replacement)
                & 0xffffffffL;
    }

    public static long atomicLongRmwAdd(int base, long operand, int offset, long t) {
        return Atomics.add64(atomicAddress(base, offset, 8, t), operand);
    }

    public static long atomicLongRmwSub(int base, long operand, int offset, long t) {
        return Atomics.sub64(atomicAddress(base, offset, 8, t), operand);
    }

    public static long atomicLongRmwAnd(int base, long operand, int offset, long t) {
        return Atomics.and64(atomicAddress(base, offset, 8, t), operand);
    }

    public static long atomicLongRmwOr(int base, long operand, int offset, long t) {
        return Atomics.or64(atomicAddress(base, offset, 8, t), operand);
    }

    public static long atomicLongRmwXor(int base, long operand, int offset, long t) {
        return Atomics.xor64(atomicAddress(base, offset, 8, t), operand);
    }

    public static long atomicLongRmwXchg(int base, long operand, int offset, long t) {
        return Atomics.xchg64(atomicAddress(base, offset, 8, t), operand);
    }

    public static long atomicLongRmwCmpxchg(
            int base, long expected, long replacement, int offset, long t) {
        return Atomics.cmpxchg64(atomicAddress(base, offset, 8, t), expected, replacement);
    }

    public static void atomicFence(long t) {
        UNSAFE.fullFence();
    }

    public static int atomicWait32(int base, int expected, long timeout, int offset, long t) {
        int address = aligned(base + offset, 4);
        return GuestThread.currentUser().futexWait(address, expected, timeout);
    }

    public static int atomicWait64(int base, long expected, long timeout, int offset, long t) {
        int address = aligned(base + offset, 8);
        return GuestThread.currentUser().futexWait64(address, expected, timeout);
    }

    public static int atomicNotify(int base, int count, int offset, long t) {
        int address = aligned(base + offset, 4);
        return GuestThread.currentUser().futexWake(address, count);
    }

    private static int aligned(int address, int size) {
        if ((address & size - 1) != 0) {
            throw ProgramTraps.raise(GuestTrap.MISALIGNED_ATOMIC, address);
        }
        return address;
    }

    private static int restOfPage(int address) {
        return PAGE_SIZE - (address & PAGE_MASK);
    }

    private static int bytesToPageStart(int end) {
        return (end - 1 & PAGE_MASK) + 1;
    }

    public static void copy(int destination, int source, int size, long t) {
        long left = size & 0xffffffffL;
        if ((destination - source & 0xffffffffL) >= left) {
            copyUp(destination, source, left, t);
        } else {
            copyDown(destination, source, left, t);
        }
    }

    private static void copyUp(int destination, int source, long size, long t) {
        int to = destination;
        int from = source;
        long left = size;
        for (int chunks = 1; left > 0; chunks++) {
            int chunk = (int) Math.min(left, Math.min(restOfPage(to), restOfPage(from)));
            moveChunk(to, from, chunk, t);
            to += chunk;
            from += chunk;
            left -= chunk;
            if (chunks % CHUNKS_PER_POLL == 0) {
                poll(t);
            }
        }
    }

    private static void copyDown(int destination, int source, long size, long t) {
        int toEnd = destination + (int) size;
        int fromEnd = source + (int) size;
        long left = size;
        for (int chunks = 1; left > 0; chunks++) {
            int fit = Math.min(bytesToPageStart(toEnd), bytesToPageStart(fromEnd));
            int chunk = (int) Math.min(left, fit);
            toEnd -= chunk;
            fromEnd -= chunk;
            left -= chunk;
            moveChunk(toEnd, fromEnd, chunk, t);
            if (chunks % CHUNKS_PER_POLL == 0) {
                poll(t);
            }
        }
    }

    private static void moveChunk(int to, int from, int size, long t) {
        while (true) {
            long target = resolveWrite(to, t);
            // A fault on the source may drop the target's translation: read it again after one.
            long entry = readEntry(from, t);
            if (entry != 0) {
                UNSAFE.copyMemory(entry + from, target, size);
                return;
            }
            resolveRead(from, t);
        }
    }

    public static void fill(int destination, byte value, int size, long t) {
        int to = destination;
        long left = size & 0xffffffffL;
        for (int chunks = 1; left > 0; chunks++) {
            int chunk = (int) Math.min(left, restOfPage(to));
            Blocks.fill(resolveWrite(to, t), value, chunk);
            to += chunk;
            left -= chunk;
            if (chunks % CHUNKS_PER_POLL == 0) {
                poll(t);
            }
        }
    }

    public static void init(
            int destination, int offset, int size, int segment, long t, Context context) {
        byte[] bytes = context.segment(segment);
        if (offset < 0 || size < 0 || size > bytes.length - offset) {
            throw ProgramTraps.raise(GuestTrap.OTHER, destination);
        }
        int to = destination;
        int from = offset;
        int left = size;
        while (left > 0) {
            int chunk = Math.min(left, restOfPage(to));
            Raw.copyIn(bytes, from, resolveWrite(to, t), chunk);
            to += chunk;
            from += chunk;
            left -= chunk;
        }
    }
}
