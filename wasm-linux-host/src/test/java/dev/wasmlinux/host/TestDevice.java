/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host;

import dev.wasmlinux.host.device.VirtioDevice;
import dev.wasmlinux.host.device.VirtioLink;
import java.util.List;

/** A device that does nothing; by default one that no driver of the guest knows. */
class TestDevice implements VirtioDevice {
    private final int id;
    private final long features;
    private final List<Integer> queues;

    TestDevice(int id, long features, Integer... queues) {
        this.id = id;
        this.features = features;
        this.queues = List.of(queues);
    }

    static TestDevice unknown() {
        return new TestDevice(0x3f, 0);
    }

    @Override
    public int deviceId() {
        return id;
    }

    @Override
    public long features() {
        return features;
    }

    @Override
    public List<Integer> queueSizes() {
        return queues;
    }

    @Override
    public byte[] configuration() {
        return new byte[0];
    }

    @Override
    public void attach(VirtioLink link) {}

    @Override
    public void activated() {}

    @Override
    public void notified(int queue) {}

    @Override
    public void reset() {}
}
