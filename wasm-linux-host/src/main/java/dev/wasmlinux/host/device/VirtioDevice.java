/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.device;

import java.util.List;

/**
 * A virtio device behind a transport, for example a console or a disk (VIRTIO 1.2, chapter 5).
 *
 * <p>Life: {@link #attach} once; then, as the guest's driver comes and goes, {@link #activated},
 * any number of {@link #notified} and {@link #configurationWritten}, {@link #reset}, and again. All
 * of these but {@code attach} are called with the link's lock held, most on guest threads that hold
 * a CPU: they must not block. An exception from them puts the device in the state
 * DEVICE_NEEDS_RESET and is logged.
 */
public interface VirtioDevice {

    /**
     * The kind of device (VIRTIO 1.2, chapter 5).
     *
     * @return for example 3 for a console
     */
    int deviceId();

    /**
     * The feature bits of this kind of device that it offers.
     *
     * @return bits 0..23 and 50..63; the transport adds its own
     */
    long features();

    /**
     * The greatest size of each queue.
     *
     * @return powers of 2 in 1..1024; their number is the number of queues
     */
    List<Integer> queueSizes();

    /**
     * The configuration space as it is now. The transport reads it byte by byte.
     *
     * @return its bytes, little-endian; not changed by the caller
     */
    byte[] configuration();

    /**
     * Gives the device its link to the driver.
     *
     * @param link kept by the device
     */
    void attach(VirtioLink link);

    /** The driver is there (DRIVER_OK); queues may hold buffers already. */
    void activated();

    /**
     * The driver made buffers available.
     *
     * @param queue index of the queue
     */
    void notified(int queue);

    /**
     * The driver wrote to the configuration space.
     *
     * @param offset first byte
     * @param size bytes: 1, 2 or 4
     * @param value the low bytes count
     */
    default void configurationWritten(int offset, int size, int value) {}

    /** The driver went away. Chains that the device still holds are void. */
    void reset();
}
