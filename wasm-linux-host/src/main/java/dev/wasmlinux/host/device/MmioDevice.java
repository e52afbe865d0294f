/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.device;

/**
 * A device with memory-mapped registers in one page of the device window. Both methods are called
 * on guest threads that hold a CPU, by several at once: they must never block, and never throw for
 * anything that the guest does.
 */
public interface MmioDevice {

    /**
     * Reads registers.
     *
     * @param offset from the start of the device's page, a multiple of the size
     * @param size bytes: 1, 2 or 4
     * @return the value, zero-extended
     */
    int read(int offset, int size);

    /**
     * Writes registers.
     *
     * @param offset from the start of the device's page, a multiple of the size
     * @param size bytes: 1, 2 or 4
     * @param value the low bytes count
     */
    void write(int offset, int size, int value);
}
