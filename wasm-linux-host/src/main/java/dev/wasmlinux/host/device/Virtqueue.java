/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.device;

import java.lang.invoke.VarHandle;

/**
 * The device side of a split virtqueue (VIRTIO 1.2, section 2.7). All methods need the lock of the
 * link. Whatever the guest writes into the rings, {@link #poll} gives a chain inside memory or
 * fails the device.
 */
public final class Virtqueue {

    private final VirtioLink link;
    private final GuestMemory memory;
    private final int index;
    private final int maximumSize;

    private boolean ready;
    private int size;
    private long descriptors;
    private long driverArea;
    private long deviceArea;
    private int nextAvailable;
    private int nextUsed;
    private int outstanding;
    private int session;

    Virtqueue(VirtioLink link, int index, int maximumSize) {
        if (Integer.bitCount(maximumSize) != 1 || maximumSize > Virtio.MAX_QUEUE) {
            throw new IllegalArgumentException(
                    "queue size "
                            + maximumSize
                            + ": must be a power of 2, at most "
                            + Virtio.MAX_QUEUE);
        }
        this.link = link;
        this.memory = link.memory();
        this.index = index;
        this.maximumSize = maximumSize;
        clear();
    }

    /**
     * The number of descriptors, which bounds the work for one notification: a buffer that becomes
     * available later brings its own.
     *
     * @return a power of 2
     */
    public int size() {
        return size;
    }

    /**
     * Takes the next chain of buffers that the driver made available.
     *
     * @return the chain, to be given back with {@link #complete}; or null if there is none, the
     *     queue is not in use, or the driver wrote nonsense, which fails the device
     */
    public DescriptorChain poll() {
        if (!ready || !link.isActive()) {
            return null;
        }
        int available = memory.getShortAcquire((int) driverArea + 2);
        int pending = available - nextAvailable & 0xffff;
        if (pending == 0) {
            return null;
        }
        if (pending > size || outstanding >= size) {
            return fail("has more buffers available than descriptors");
        }
        int slot = nextAvailable & (size - 1);
        int head = memory.getShortAcquire((int) driverArea + 4 + 2 * slot);
        nextAvailable = nextAvailable + 1 & 0xffff;
        DescriptorChain chain = walk(head);
        if (chain != null) {
            outstanding++;
        }
        return chain;
    }

    /**
     * Whether {@link #poll} would find something.
     *
     * @return true if a chain is available
     */
    public boolean isAvailable() {
        return ready
                && link.isActive()
                && memory.getShortAcquire((int) driverArea + 2) != nextAvailable;
    }

    /**
     * Gives a chain back to the driver. A chain from before a reset is ignored.
     *
     * @param chain from {@link #poll} of this queue
     * @param written bytes that the device wrote into it
     * @throws IllegalStateException if it was given back before
     * @throws IllegalArgumentException if the number is negative or more than the chain holds
     */
    public void complete(DescriptorChain chain, int written) {
        link.check();
        chain.finish();
        if (written < 0 || written > chain.writableBytes()) {
            throw new IllegalArgumentException(
                    written + " bytes written to a chain of " + chain.writableBytes());
        }
        if (!isCurrent(chain.session())) {
            return;
        }
        outstanding--;
        int at = (int) deviceArea + 4 + 8 * (nextUsed & (size - 1));
        memory.putInt(at, chain.head());
        memory.putInt(at + 4, written);
        nextUsed = nextUsed + 1 & 0xffff;
        memory.putShortRelease((int) deviceArea + 2, nextUsed);
        // The driver turns interrupts on, fences, and looks at the index; so the index must be out
        // before the flag is read.
        VarHandle.fullFence();
        if ((memory.getShortAcquire((int) driverArea) & Virtio.NO_INTERRUPT) == 0) {
            link.interrupt(Virtio.INTERRUPT_USED);
        }
    }

    private DescriptorChain walk(int head) {
        DescriptorChain chain = new DescriptorChain(memory, this, head, session);
        long table = descriptors;
        int limit = size;
        boolean indirect = false;
        int next = head;
        int followed = 0;
        while (true) {
            if (next >= limit) {
                return fail("names descriptor " + next + " of " + limit);
            }
            if (followed++ == limit) {
                return fail("has a chain that never ends");
            }
            int at = (int) table + Virtio.DESCRIPTOR_BYTES * next;
            // Each word is read once: the guest may change it at any time.
            long address = memory.getLong(at);
            long word = memory.getLong(at + 8);
            long length = word & 0xffffffffL;
            int flags = (int) (word >>> 32) & 0xffff;
            next = (int) (word >>> 48);
            if (!memory.contains(address, length)) {
                return fail(
                        "has a buffer at 0x"
                                + Long.toHexString(address)
                                + " of "
                                + length
                                + " bytes, outside memory");
            }
            if ((flags & Virtio.DESCRIPTOR_INDIRECT) != 0) {
                long entries = length / Virtio.DESCRIPTOR_BYTES;
                if (indirect
                        || !link.hasFeature(Virtio.F_INDIRECT_DESC)
                        || (flags & Virtio.DESCRIPTOR_NEXT) != 0
                        || length % Virtio.DESCRIPTOR_BYTES != 0
                        || entries == 0
                        || entries > Virtio.MAX_QUEUE
                        || address % 8 != 0) {
                    return fail("has a broken indirect descriptor");
                }
                indirect = true;
                table = address;
                limit = (int) entries;
                next = 0;
                followed = 0;
                continue;
            }
            boolean writable = (flags & Virtio.DESCRIPTOR_WRITE) != 0;
            if (!chain.add((int) address, length, writable)) {
                return fail("has a readable buffer behind a writable one");
            }
            if ((flags & Virtio.DESCRIPTOR_NEXT) == 0) {
                return chain;
            }
        }
    }

    /** Whether chains of the session may be touched. */
    boolean isCurrent(int chainSession) {
        return chainSession == session && link.isActive();
    }

    private DescriptorChain fail(String problem) {
        link.fail("queue " + index + " " + problem);
        return null;
    }

    // What follows is for the transport.

    int maximumSize() {
        return maximumSize;
    }

    boolean isReady() {
        return ready;
    }

    /** Sets the size that the driver wants; checked when the queue becomes ready. */
    void configureSize(int wanted) {
        if (!ready) {
            size = wanted;
        }
    }

    /** Sets one half of an address: area 0 descriptors, 1 driver, 2 device. */
    void configureArea(int area, boolean high, int value) {
        if (ready) {
            return;
        }
        switch (area) {
            case 0 -> descriptors = half(descriptors, high, value);
            case 1 -> driverArea = half(driverArea, high, value);
            default -> deviceArea = half(deviceArea, high, value);
        }
    }

    private static long half(long old, boolean high, int value) {
        return high
                ? old & 0xffffffffL | (long) value << 32
                : old & 0xffffffff00000000L | value & 0xffffffffL;
    }

    void setReady(boolean wanted) {
        if (!wanted) {
            // The driver may change the areas now, so chains in flight are void.
            ready = false;
            session++;
            outstanding = 0;
            return;
        }
        if (ready) {
            return;
        }
        if (size < 1 || size > maximumSize || Integer.bitCount(size) != 1) {
            fail("has the size " + size);
        } else if (!area(descriptors, 16, 16L * size)
                || !area(driverArea, 2, 6 + 2L * size)
                || !area(deviceArea, 4, 6 + 8L * size)) {
            fail("has an area outside memory or not aligned");
        } else {
            nextAvailable = 0;
            nextUsed = 0;
            ready = true;
        }
    }

    private boolean area(long address, int alignment, long bytes) {
        return address % alignment == 0 && memory.contains(address, bytes);
    }

    void clear() {
        ready = false;
        size = maximumSize;
        descriptors = 0;
        driverArea = 0;
        deviceArea = 0;
        outstanding = 0;
        session++;
    }
}
