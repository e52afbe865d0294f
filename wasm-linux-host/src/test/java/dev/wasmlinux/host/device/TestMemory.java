/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.device;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Guest memory of tests. */
final class TestMemory implements GuestMemory {

    private static final VarHandle SHORT =
            MethodHandles.byteBufferViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private ByteBuffer bytes;

    TestMemory(int size) {
        bytes = ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Makes every later access fail. */
    void free() {
        bytes = null;
    }

    @Override
    public long size() {
        return bytes.capacity();
    }

    @Override
    public int getShortAcquire(int address) {
        return (short) SHORT.getAcquire(bytes, address) & 0xffff;
    }

    @Override
    public void putShortRelease(int address, int value) {
        SHORT.setRelease(bytes, address, (short) value);
    }

    @Override
    public void putInt(int address, int value) {
        bytes.putInt(address, value);
    }

    int getInt(int address) {
        return bytes.getInt(address);
    }

    @Override
    public long getLong(int address) {
        return bytes.getLong(address);
    }

    void putLong(int address, long value) {
        bytes.putLong(address, value);
    }

    void putByte(int address, int value) {
        bytes.put(address, (byte) value);
    }

    @Override
    public void read(int address, byte[] target, int offset, int length) {
        bytes.get(address, target, offset, length);
    }

    @Override
    public void write(int address, byte[] source, int offset, int length) {
        bytes.put(address, source, offset, length);
    }
}
