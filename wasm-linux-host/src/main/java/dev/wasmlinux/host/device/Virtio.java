/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.device;

/** Numbers of VIRTIO 1.2 that transports and queues share. */
final class Virtio {

    /** Device status bits, section 2.1. */
    static final int DRIVER_OK = 4;

    static final int FEATURES_OK = 8;
    static final int NEEDS_RESET = 64;
    static final int FAILED = 128;

    /** Feature bits, chapter 6. */
    static final long F_INDIRECT_DESC = 1L << 28;

    static final long F_VERSION_1 = 1L << 32;

    /** Interrupt status bits, section 4.2.2. */
    static final int INTERRUPT_USED = 1;

    static final int INTERRUPT_CONFIG = 2;

    /** Descriptor flags, section 2.7.5. */
    static final int DESCRIPTOR_NEXT = 1;

    static final int DESCRIPTOR_WRITE = 2;
    static final int DESCRIPTOR_INDIRECT = 4;
    static final int DESCRIPTOR_BYTES = 16;

    /** Flag of the available ring, section 2.7.6. */
    static final int NO_INTERRUPT = 1;

    /** Greatest queue that a device may offer, and longest chain that is followed. */
    static final int MAX_QUEUE = 1024;

    private Virtio() {}
}
