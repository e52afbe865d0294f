/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.kernel;

import dev.wasmlinux.host.device.GuestMemory;
import dev.wasmlinux.host.memory.PhysicalMemory;

/** RAM as devices see it. Thread safe, like what it wraps. */
record DeviceMemory(PhysicalMemory memory) implements GuestMemory {
    @Override
    public long size() {
        return memory.size();
    }

    @Override
    public int getShortAcquire(int address) {
        return memory.getShortVolatile(address) & 0xffff;
    }

    @Override
    public void putShortRelease(int address, int value) {
        memory.putShortVolatile(address, (short) value);
    }

    @Override
    public void putInt(int address, int value) {
        memory.putInt(address, value);
    }

    @Override
    public long getLong(int address) {
        return memory.getLong(address);
    }

    @Override
    public void read(int address, byte[] target, int offset, int length) {
        memory.read(address, target, offset, length);
    }

    @Override
    public void write(int address, byte[] source, int offset, int length) {
        memory.write(address, source, offset, length);
    }
}
