/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.device;

import java.util.List;

/**
 * The device window: finds the device of an address. Device {@code i} has the page at {@code BASE +
 * i * STRIDE}. Immutable, thread safe; never throws for what the guest does: reads that meet no
 * device give 0, writes do nothing.
 */
public final class MmioBus {

    /** First address of the window. */
    public static final int BASE = 0xC0000000;

    /** Bytes of the window for each device. */
    public static final int STRIDE = 0x1000;

    /** Most devices: one interrupt line each, line 0 unused. */
    public static final int MAX_DEVICES = 31;

    private final MmioDevice[] devices;

    /**
     * Makes a bus.
     *
     * @param devices the devices, in the order of their pages
     * @throws IllegalArgumentException if there are more than {@link #MAX_DEVICES}
     */
    public MmioBus(List<? extends MmioDevice> devices) {
        if (devices.size() > MAX_DEVICES) {
            throw new IllegalArgumentException(
                    devices.size() + " devices, but there are lines for " + MAX_DEVICES);
        }
        this.devices = List.copyOf(devices).toArray(new MmioDevice[0]);
    }

    /**
     * The number of devices.
     *
     * @return 0..31
     */
    public int count() {
        return devices.length;
    }

    /**
     * Reads from the window.
     *
     * @param address guest address
     * @param size bytes: 1, 2 or 4
     * @return the value, zero-extended; 0 without a device, or for another size or alignment
     */
    public int read(int address, int size) {
        MmioDevice device = at(address, size);
        return device == null ? 0 : device.read(address & (STRIDE - 1), size);
    }

    /**
     * Writes to the window.
     *
     * @param address guest address
     * @param size bytes: 1, 2 or 4
     * @param value the low bytes count
     */
    public void write(int address, int size, int value) {
        MmioDevice device = at(address, size);
        if (device != null) {
            device.write(address & (STRIDE - 1), size, value);
        }
    }

    private MmioDevice at(int address, int size) {
        if (size != 1 && size != 2 && size != 4 || (address & (size - 1)) != 0) {
            return null;
        }
        int index = (address - BASE) >>> 12;
        return index < devices.length ? devices[index] : null;
    }
}
