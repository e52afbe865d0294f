/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.memory;

import static dev.wasmlinux.host.memory.Raw.UNSAFE;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * The kernel's linear memory: off-heap, zero without having been touched, shared by all threads of
 * a machine.
 *
 * <p>The whole index range of 4 GiB is reserved, so generated code needs no limit check; only pages
 * that are touched cost memory. The reservation is made by {@code malloc}, which takes blocks of
 * this size from fresh anonymous mappings (mallopt(3), M_MMAP_THRESHOLD); the JVM does not touch it
 * (JDK 17 and 25). Accessors of this class check against the size of RAM and throw {@link
 * IndexOutOfBoundsException}.
 *
 * <p>Thread safe; plain accessors give no ordering, the {@code …Volatile} and {@code getAnd…} ones
 * are sequentially consistent. {@link #free} must be called once no thread runs guest code.
 */
public final class PhysicalMemory {
    /** Granularity of sizes, one Wasm page. */
    public static final int WASM_PAGE = 1 << 16;

    /** Smallest size in bytes; what a kernel needs is more. */
    public static final long MIN_SIZE = 1 << 20;

    /** Largest size: 32767 Wasm pages, since guest addresses of RAM are positive ints. */
    public static final long MAX_SIZE = 32767L * WASM_PAGE;

    /** Distance of the word that tells generated kernel code that the machine is dead. */
    private static final int DEAD_WORD = -16;

    /** Distance of the size for generated kernel code that checks it. */
    private static final int LIMIT = -32;

    private static final long RESERVATION = (1L << 32) + 4 * WASM_PAGE;

    private final long block;
    private final long base;
    private final long size;

    private PhysicalMemory(long block, long base, long size) {
        this.block = block;
        this.base = base;
        this.size = size;
    }

    /**
     * Reserves memory.
     *
     * @param size bytes of RAM, 1 MiB to {@link #MAX_SIZE}; rounded down to a Wasm page
     * @throws IllegalArgumentException if the size is out of range
     * @throws OutOfMemoryError if the operating system refuses the reservation
     */
    public static PhysicalMemory reserve(long size) {
        if (size < MIN_SIZE || size > MAX_SIZE) {
            throw new IllegalArgumentException(
                    "memory of " + size + " bytes: must be 1 MiB to " + MAX_SIZE + " bytes");
        }
        long block = UNSAFE.allocateMemory(RESERVATION);
        long base = (block + 2L * WASM_PAGE - 1) & -WASM_PAGE;
        long rounded = size & -WASM_PAGE;
        UNSAFE.putLong(base + LIMIT, rounded);
        return new PhysicalMemory(block, base, rounded);
    }

    /** Host address of guest byte 0, what generated kernel code gets as its memory argument. */
    public long base() {
        return base;
    }

    /** Bytes of RAM. */
    public long size() {
        return size;
    }

    /** Makes all generated kernel code of this machine throw at its next poll. */
    public void markDead() {
        UNSAFE.putIntVolatile(null, base + DEAD_WORD, 1);
    }

    /** Reads an int. */
    public int getInt(int address) {
        return UNSAFE.getInt(check(address, 4));
    }

    /** Writes an int. */
    public void putInt(int address, int value) {
        UNSAFE.putInt(check(address, 4), value);
    }

    /** Reads a long. */
    public long getLong(int address) {
        return UNSAFE.getLong(check(address, 8));
    }

    /** Writes a long. */
    public void putLong(int address, long value) {
        UNSAFE.putLong(check(address, 8), value);
    }

    /** Reads an int with volatile semantics. */
    public int getIntVolatile(int address) {
        return UNSAFE.getIntVolatile(null, check(address, 4));
    }

    /** Reads a short with volatile semantics. */
    public short getShortVolatile(int address) {
        return UNSAFE.getShortVolatile(null, check(address, 2));
    }

    /** Writes a short with volatile semantics. */
    public void putShortVolatile(int address, short value) {
        UNSAFE.putShortVolatile(null, check(address, 2), value);
    }

    /** Sets bits of an int atomically and returns its old value. */
    public int getAndOrInt(int address, int bits) {
        long at = check(address, 4);
        int old;
        do {
            old = UNSAFE.getIntVolatile(null, at);
        } while (!UNSAFE.compareAndSwapInt(null, at, old, old | bits));
        return old;
    }

    /** Copies guest bytes out. */
    public void read(int address, byte[] target, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, target.length);
        Raw.copyOut(check(address, length), target, offset, length);
    }

    /** Copies bytes into the guest. */
    public void write(int address, byte[] source, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, source.length);
        Raw.copyIn(source, offset, check(address, length), length);
    }

    /** Text at an address; malformed UTF-8 is replaced. */
    public String text(int address, int length) {
        byte[] bytes = new byte[length];
        read(address, bytes, 0, length);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Gives the memory back. No thread may touch it afterwards. */
    public void free() {
        UNSAFE.freeMemory(block);
    }

    /** Host address of a range that lies in RAM. */
    long check(int address, int length) {
        long at = address & 0xffffffffL;
        if (length < 0 || at + length > size) {
            throw new IndexOutOfBoundsException(
                    String.format(
                            "guest address 0x%08x, %d bytes: beyond RAM of %d bytes",
                            address, length, size));
        }
        return base + at;
    }
}
