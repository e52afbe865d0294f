/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.kernel;

/** The device window as the kernel's accessors see it. Never blocks. Thread safe. */
public interface DeviceWindow {
    /** Reads 1, 2 or 4 bytes at an address of the window. */
    int read(int address, int size);

    /** Writes 1, 2 or 4 bytes at an address of the window. */
    void write(int address, int size, int value);

    /** Number of devices, one line and one page of the window each. */
    int count();
}
