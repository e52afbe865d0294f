/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.device;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;

/**
 * A virtio device on the device window: the register file of VIRTIO 1.2, section 4.2.2, version 2
 * (no legacy interface). Registers below 0x100 are 32 bits wide; other widths read 0 and write
 * nothing. Thread safe; see the package for the rules of threads and trust.
 */
public final class VirtioMmioTransport implements MmioDevice, AutoCloseable {

    private static final Logger LOGGER = System.getLogger(VirtioMmioTransport.class.getName());

    private static final int MAGIC = 0x74726976;
    private static final int VERSION = 2;
    private static final int VENDOR = 0x4c4d5357;
    private static final long OWN_FEATURES = Virtio.F_VERSION_1 | Virtio.F_INDIRECT_DESC;

    /** Bits that belong to queues and transports, or that no driver of 1.2 uses. */
    private static final long RESERVED_FEATURES = ((1L << 50) - 1) & ~((1L << 24) - 1);

    // Registers; R read, W write.
    private static final int MAGIC_VALUE = 0x000; // R
    private static final int VERSION_NUMBER = 0x004; // R
    private static final int DEVICE_ID = 0x008; // R
    private static final int VENDOR_ID = 0x00c; // R
    private static final int DEVICE_FEATURES = 0x010; // R
    private static final int DEVICE_FEATURES_SELECT = 0x014; // W
    private static final int DRIVER_FEATURES = 0x020; // W
    private static final int DRIVER_FEATURES_SELECT = 0x024; // W
    private static final int QUEUE_SELECT = 0x030; // W
    private static final int QUEUE_SIZE_MAX = 0x034; // R
    private static final int QUEUE_SIZE = 0x038; // W
    private static final int QUEUE_READY = 0x044; // RW
    private static final int QUEUE_NOTIFY = 0x050; // W
    private static final int INTERRUPT_STATUS = 0x060; // R
    private static final int INTERRUPT_ACKNOWLEDGE = 0x064; // W
    private static final int STATUS = 0x070; // RW
    private static final int QUEUE_DESCRIPTORS_LOW = 0x080; // W
    private static final int QUEUE_DESCRIPTORS_HIGH = 0x084; // W
    private static final int QUEUE_DRIVER_LOW = 0x090; // W
    private static final int QUEUE_DRIVER_HIGH = 0x094; // W
    private static final int QUEUE_DEVICE_LOW = 0x0a0; // W
    private static final int QUEUE_DEVICE_HIGH = 0x0a4; // W
    private static final int SHARED_MEMORY_FIRST = 0x0b0; // R: length and base, two words each
    private static final int SHARED_MEMORY_LAST = 0x0bc;
    private static final int CONFIG_GENERATION = 0x0fc; // R
    private static final int CONFIG = 0x100; // RW, any width

    private final VirtioDevice device;
    private final VirtioLink link;
    private final long offered;

    // Guarded by the link's lock.
    private int deviceFeaturesSelect;
    private int driverFeaturesSelect;
    private long driverFeatures;
    private int queueSelect;
    private boolean failureLogged;

    /**
     * Connects a device to a place in the device window.
     *
     * @param memory the guest's memory
     * @param line the interrupt line of the place
     * @param device the device; attached here, so it serves one transport only
     * @throws IllegalArgumentException if the device offers features or queue sizes that it may not
     */
    public VirtioMmioTransport(GuestMemory memory, InterruptLine line, VirtioDevice device) {
        if ((device.features() & RESERVED_FEATURES) != 0) {
            throw new IllegalArgumentException(
                    "device " + device.deviceId() + " offers features of the transport");
        }
        this.device = device;
        this.offered = device.features() | OWN_FEATURES;
        this.link = new VirtioLink(memory, line, device.queueSizes());
        device.attach(link);
    }

    @Override
    public int read(int offset, int size) {
        link.lock();
        try {
            if (link.isEnded()) {
                return 0;
            }
            if (offset >= CONFIG) {
                return readConfiguration(offset - CONFIG, size);
            }
            return size == 4 ? readRegister(offset) : 0;
        } catch (RuntimeException e) {
            deviceFailed(e);
            return 0;
        } finally {
            link.unlock();
        }
    }

    @Override
    public void write(int offset, int size, int value) {
        link.lock();
        try {
            if (link.isEnded()) {
                return;
            }
            if (offset >= CONFIG) {
                device.configurationWritten(offset - CONFIG, size, value);
            } else if (size == 4) {
                writeRegister(offset, value);
            }
        } catch (RuntimeException e) {
            deviceFailed(e);
        } finally {
            link.unlock();
        }
    }

    /** A defect of the device; the guest thread must not die of it. */
    private void deviceFailed(RuntimeException e) {
        link.fail("device failed: " + e);
        if (!failureLogged) {
            failureLogged = true;
            LOGGER.log(Level.WARNING, "virtio device " + device.deviceId() + " failed", e);
        }
    }

    /**
     * Why the device last gave up on a driver (DEVICE_NEEDS_RESET).
     *
     * @return the reason, or empty if it never did
     */
    public Optional<String> failure() {
        link.lock();
        try {
            return Optional.of(link.failure()).filter(text -> !text.isEmpty());
        } finally {
            link.unlock();
        }
    }

    /**
     * Ends the device with its machine. After the return neither this object nor the device touches
     * guest memory or the interrupt line; threads that wait in the device come back.
     */
    @Override
    public void close() {
        link.end();
    }

    /** Gives the device's lock back if a stack overflow of this thread has left it taken. */
    public void releaseAfterOverflow() {
        link.releaseAfterOverflow();
    }

    private int readRegister(int offset) {
        return switch (offset) {
            case MAGIC_VALUE -> MAGIC;
            case VERSION_NUMBER -> VERSION;
            case DEVICE_ID -> device.deviceId();
            case VENDOR_ID -> VENDOR;
            case DEVICE_FEATURES -> half(offered, deviceFeaturesSelect);
            case QUEUE_SIZE_MAX -> selected() == null ? 0 : selected().maximumSize();
            case QUEUE_READY -> selected() != null && selected().isReady() ? 1 : 0;
            case INTERRUPT_STATUS -> link.interruptStatus();
            case STATUS -> link.status();
            case CONFIG_GENERATION -> link.configGeneration();
            default ->
                    // There are no shared memory regions, which length and base -1 say.
                    offset >= SHARED_MEMORY_FIRST && offset <= SHARED_MEMORY_LAST ? -1 : 0;
        };
    }

    private void writeRegister(int offset, int value) {
        switch (offset) {
            case DEVICE_FEATURES_SELECT -> deviceFeaturesSelect = value;
            case DRIVER_FEATURES -> writeFeatures(value);
            case DRIVER_FEATURES_SELECT -> driverFeaturesSelect = value;
            case QUEUE_SELECT -> queueSelect = value;
            case QUEUE_NOTIFY -> notifyQueue(value);
            case INTERRUPT_ACKNOWLEDGE -> link.acknowledge(value);
            case STATUS -> writeStatus(value & 0xff);
            default -> writeQueueRegister(offset, value);
        }
    }

    private void writeQueueRegister(int offset, int value) {
        Virtqueue queue = selected();
        if (queue == null) {
            return;
        }
        switch (offset) {
            case QUEUE_SIZE -> queue.configureSize(value);
            case QUEUE_READY -> queue.setReady((value & 1) != 0);
            case QUEUE_DESCRIPTORS_LOW -> queue.configureArea(0, false, value);
            case QUEUE_DESCRIPTORS_HIGH -> queue.configureArea(0, true, value);
            case QUEUE_DRIVER_LOW -> queue.configureArea(1, false, value);
            case QUEUE_DRIVER_HIGH -> queue.configureArea(1, true, value);
            case QUEUE_DEVICE_LOW -> queue.configureArea(2, false, value);
            case QUEUE_DEVICE_HIGH -> queue.configureArea(2, true, value);
            default -> {
                // A register that does not exist or is read-only.
            }
        }
    }

    private Virtqueue selected() {
        return queueSelect >= 0 && queueSelect < link.queueCount() ? link.queue(queueSelect) : null;
    }

    private void writeFeatures(int value) {
        // Once they are settled, features change only by a reset.
        if ((link.status() & Virtio.FEATURES_OK) != 0) {
            return;
        }
        long bits = value & 0xffffffffL;
        if (driverFeaturesSelect == 0) {
            driverFeatures = driverFeatures & ~0xffffffffL | bits;
        } else if (driverFeaturesSelect == 1) {
            driverFeatures = driverFeatures & 0xffffffffL | bits << 32;
        } else if (bits != 0) {
            // A feature that cannot be offered; FEATURES_OK will not stick.
            driverFeatures |= RESERVED_FEATURES;
        }
    }

    private void notifyQueue(int index) {
        if (!link.isActive()) {
            return;
        }
        if (index < 0 || index >= link.queueCount()) {
            link.fail("driver notifies queue " + index + " of " + link.queueCount());
        } else if (link.queue(index).isReady()) {
            device.notified(index);
        }
    }

    private void writeStatus(int value) {
        if (value == 0) {
            link.clear();
            deviceFeaturesSelect = 0;
            driverFeaturesSelect = 0;
            driverFeatures = 0;
            queueSelect = 0;
            device.reset();
            return;
        }
        int added = value & ~link.status() & ~Virtio.NEEDS_RESET;
        if ((added & Virtio.FEATURES_OK) != 0) {
            boolean agreed =
                    (driverFeatures & ~offered) == 0 && (driverFeatures & Virtio.F_VERSION_1) != 0;
            if (agreed) {
                link.setFeatures(driverFeatures);
            } else {
                added &= ~Virtio.FEATURES_OK;
            }
        }
        boolean wasActive = link.isActive();
        link.addStatus(added);
        if ((added & Virtio.DRIVER_OK) != 0 && (link.status() & Virtio.FEATURES_OK) == 0) {
            link.fail("driver starts without an agreement on features");
        }
        if (!wasActive && link.isActive()) {
            device.activated();
        }
    }

    private int readConfiguration(int offset, int size) {
        byte[] bytes = device.configuration();
        int value = 0;
        for (int i = size - 1; i >= 0; i--) {
            int at = offset + i;
            value = value << 8 | (at < bytes.length ? bytes[at] & 0xff : 0);
        }
        return value;
    }

    private static int half(long bits, int select) {
        return select == 0 ? (int) bits : select == 1 ? (int) (bits >>> 32) : 0;
    }
}
