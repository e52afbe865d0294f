/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.rt;

import static dev.wasmlinux.host.memory.Raw.UNSAFE;

/**
 * What generated code calls before each access of {@link FlatMemory} when it is to be checked, for
 * debugging: the {@code long} at {@code memory - 32} holds the size of memory in bytes, and an
 * access beyond it, or below address 4096, is a {@link GuestTrap} of kind {@link GuestTrap#OTHER}
 * that names the address.
 */
public final class MemoryLimit {
    /** Distance of the limit below byte 0. */
    public static final int LIMIT = 32;

    private static final long FIRST_ADDRESS = 4096;

    private MemoryLimit() {}

    /** An access of some bytes at {@code base + offset}, both unsigned. */
    public static void check(int base, int offset, int size, long memory) {
        long address = (base & 0xffffffffL) + (offset & 0xffffffffL);
        if (address < FIRST_ADDRESS || address > UNSAFE.getLong(memory - LIMIT) - size) {
            throw new GuestTrap(GuestTrap.OTHER, (int) address);
        }
    }

    /** A block of some bytes, unsigned. */
    public static void checkBlock(int address, int size, long memory) {
        check(address, 0, 0, memory);
        check(address, size, 0, memory);
    }
}
