/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.device;

/**
 * The guest's physical memory, as devices see it: little-endian, addresses are unsigned. Thread
 * safe; all accessors but the acquire and release ones are plain.
 *
 * <p>Every accessor throws {@link IndexOutOfBoundsException} if the range is not in memory. Devices
 * ask {@link #contains} before they use an address from the guest.
 */
public interface GuestMemory {

    /**
     * The size of memory.
     *
     * @return bytes, at most 2^32
     */
    long size();

    /**
     * Whether a range lies in memory.
     *
     * @param address first byte, any 64-bit number that a guest can write
     * @param length bytes, not negative
     * @return true if all of it is memory; an empty range needs a valid address or the end
     */
    default boolean contains(long address, long length) {
        long size = size();
        return address >= 0 && length >= 0 && address <= size && length <= size - address;
    }

    /**
     * Reads an unsigned 16-bit number with acquire ordering: what the guest wrote before it
     * released the number is visible.
     *
     * @param address even
     * @return 0..65535
     */
    int getShortAcquire(int address);

    /**
     * Writes a 16-bit number with release ordering: what this thread wrote before is visible to a
     * guest that reads the number.
     *
     * @param address even
     * @param value the low 16 bits count
     */
    void putShortRelease(int address, int value);

    /**
     * Writes a 32-bit number.
     *
     * @param address a multiple of 4
     * @param value the number
     */
    void putInt(int address, int value);

    /**
     * Reads a 64-bit number.
     *
     * @param address a multiple of 8
     * @return the number
     */
    long getLong(int address);

    /**
     * Copies out of memory.
     *
     * @param address first byte
     * @param target where to
     * @param offset first index in the target
     * @param length bytes
     */
    void read(int address, byte[] target, int offset, int length);

    /**
     * Copies into memory.
     *
     * @param address first byte
     * @param source where from
     * @param offset first index in the source
     * @param length bytes
     */
    void write(int address, byte[] source, int offset, int length);
}
