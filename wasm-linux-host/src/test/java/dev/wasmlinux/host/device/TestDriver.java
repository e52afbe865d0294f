/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;

/** A small virtio driver, as a guest kernel has one. Used by one thread. */
final class TestDriver {

    static final long VERSION_1 = 1L << 32;
    static final long INDIRECT = 1L << 28;
    private static final int FIRST = 0x1000;

    final TestMemory memory = new TestMemory(4 << 20);
    final AtomicInteger interrupts = new AtomicInteger();
    final VirtioMmioTransport transport;
    private int allocated = FIRST;

    /** A used element. */
    record Used(int head, int written) {}

    TestDriver(VirtioDevice device) {
        transport = new VirtioMmioTransport(memory, interrupts::incrementAndGet, device);
    }

    int read(int register) {
        return transport.read(register, 4);
    }

    void write(int register, int value) {
        transport.write(register, 4, value);
    }

    int status() {
        return read(0x70);
    }

    boolean needsReset() {
        return (status() & 64) != 0;
    }

    long offered() {
        write(0x14, 1);
        long high = read(0x10);
        write(0x14, 0);
        return high << 32 | read(0x10) & 0xffffffffL;
    }

    void accept(long features) {
        write(0x24, 0);
        write(0x20, (int) features);
        write(0x24, 1);
        write(0x20, (int) (features >>> 32));
    }

    /** Reset, acknowledge, driver, features. */
    void negotiate(long features) {
        write(0x70, 0);
        assertThat(status()).isZero();
        allocated = FIRST;
        write(0x70, 1);
        write(0x70, 3);
        accept(features | VERSION_1);
        write(0x70, 11);
        assertThat(status()).isEqualTo(11);
    }

    void start() {
        write(0x70, 15);
    }

    int allocate(int bytes) {
        int at = allocated;
        allocated = allocated + bytes + 15 & -16;
        assertThat((long) allocated).isLessThanOrEqualTo(memory.size());
        return at;
    }

    int store(byte[] bytes) {
        int at = allocate(bytes.length);
        memory.write(at, bytes, 0, bytes.length);
        return at;
    }

    byte[] load(int address, int length) {
        byte[] bytes = new byte[length];
        memory.read(address, bytes, 0, length);
        return bytes;
    }

    Queue queue(int index) {
        write(0x30, index);
        return new Queue(index, read(0x34));
    }

    /** One queue with a free list of descriptors. */
    final class Queue {
        final int index;
        final int size;
        final int descriptors;
        final int available;
        final int used;
        private final Deque<Integer> free = new ArrayDeque<>();
        private int availableIndex;
        private int usedIndex;

        Queue(int index, int size) {
            this.index = index;
            this.size = size;
            descriptors = allocate(16 * size);
            available = allocate(6 + 2 * size);
            used = allocate(6 + 8 * size);
            for (int i = 0; i < size; i++) {
                free.add(i);
            }
            // Memory of an earlier session may lie here.
            memory.write(available, new byte[6 + 2 * size], 0, 6 + 2 * size);
            memory.write(used, new byte[6 + 8 * size], 0, 6 + 8 * size);
            write(0x30, index);
            write(0x38, size);
            write(0x80, descriptors);
            write(0x84, 0);
            write(0x90, available);
            write(0x94, 0);
            write(0xa0, used);
            write(0xa4, 0);
            write(0x44, 1);
            assertThat(read(0x44)).isEqualTo(1);
        }

        void descriptor(int slot, long address, int length, int flags, int next) {
            describe(descriptors, slot, address, length, flags, next);
        }

        void describe(int table, int slot, long address, int length, int flags, int next) {
            memory.putLong(table + 16 * slot, address);
            memory.putInt(table + 16 * slot + 8, length);
            memory.putInt(table + 16 * slot + 12, flags | next << 16);
        }

        /** Makes a buffer of one descriptor available; returns its head. */
        int add(int address, int length, boolean writable) {
            int head = free.remove();
            descriptor(head, address, length, writable ? 2 : 0, 0);
            publish(head);
            return head;
        }

        int nextFree() {
            return free.element();
        }

        boolean isFull() {
            return free.isEmpty();
        }

        void publish(int head) {
            memory.putShortRelease(available + 4 + 2 * (availableIndex & (size - 1)), head);
            availableIndex = availableIndex + 1 & 0xffff;
            memory.putShortRelease(available + 2, availableIndex);
        }

        void kick() {
            write(0x50, index);
        }

        /** The next used element, whose head (a chain of one) is free again; or null. */
        Used take() {
            if (memory.getShortAcquire(used + 2) == usedIndex) {
                return null;
            }
            int at = used + 4 + 8 * (usedIndex & (size - 1));
            usedIndex = usedIndex + 1 & 0xffff;
            Used element = new Used(memory.getInt(at), memory.getInt(at + 4));
            free.add(element.head());
            return element;
        }

        int usedIndex() {
            return memory.getShortAcquire(used + 2);
        }
    }
}
