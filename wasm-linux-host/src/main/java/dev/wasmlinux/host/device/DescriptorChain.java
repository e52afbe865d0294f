/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.device;

import java.util.Arrays;

/**
 * A request of the driver: buffers that the device may read, followed by buffers that it may write,
 * each part with a cursor. All buffers lie in guest memory; buffers may overlap, and the guest may
 * change their contents at any time. Copying needs the lock of the link; once the driver has reset
 * the device, or the machine has ended, the chain is void and nothing is copied any more.
 */
public final class DescriptorChain {

    private final GuestMemory memory;
    private final Virtqueue queue;
    private final int head;
    private final int session;
    private int[] addresses = new int[4];
    private long[] lengths = new long[4];
    private int count;
    private int readableCount;
    private long readableBytes;
    private long writableBytes;
    private final Cursor readable = new Cursor();
    private final Cursor writable = new Cursor();
    private boolean finished;

    /** A place in one of the two parts. */
    private static final class Cursor {
        private int buffer;
        private long offset;
        private long passed;
    }

    DescriptorChain(GuestMemory memory, Virtqueue queue, int head, int session) {
        this.memory = memory;
        this.queue = queue;
        this.head = head;
        this.session = session;
    }

    /** Adds a buffer; false if a readable one follows a writable one. */
    boolean add(int address, long length, boolean write) {
        if (!write && count > readableCount) {
            return false;
        }
        if (count == addresses.length) {
            addresses = Arrays.copyOf(addresses, 2 * count);
            lengths = Arrays.copyOf(lengths, 2 * count);
        }
        addresses[count] = address;
        lengths[count] = length;
        count++;
        if (write) {
            writableBytes += length;
        } else {
            readableBytes += length;
            readableCount = count;
            writable.buffer = count;
        }
        return true;
    }

    /**
     * All bytes that the device may read.
     *
     * @return at least 0; overlapping buffers can make it larger than memory
     */
    public long readableBytes() {
        return readableBytes;
    }

    /**
     * Bytes that {@link #read} has not passed yet.
     *
     * @return at least 0
     */
    public long readableRemaining() {
        return readableBytes - readable.passed;
    }

    /**
     * All bytes that the device may write.
     *
     * @return at least 0; overlapping buffers can make it larger than memory
     */
    public long writableBytes() {
        return writableBytes;
    }

    /**
     * Bytes that {@link #write} has not passed yet.
     *
     * @return at least 0
     */
    public long writableRemaining() {
        return writableBytes - writable.passed;
    }

    /**
     * Copies the next bytes out of the readable part.
     *
     * @param target where to
     * @param offset first index in the target
     * @param length greatest number of bytes
     * @return bytes copied; fewer than asked at the end of the part, 0 if the chain is void
     */
    public int read(byte[] target, int offset, int length) {
        return advance(readable, readableCount, target, offset, length, false);
    }

    /**
     * Passes over bytes of the readable part.
     *
     * @param length greatest number of bytes
     * @return bytes passed; fewer than asked at the end of the part, 0 if the chain is void
     */
    public long skip(long length) {
        return advance(readable, readableCount, null, 0, length, false);
    }

    /**
     * Copies bytes into the writable part.
     *
     * @param source where from
     * @param offset first index in the source
     * @param length greatest number of bytes
     * @return bytes copied; fewer than asked at the end of the part, 0 if the chain is void
     */
    public int write(byte[] source, int offset, int length) {
        return advance(writable, count, source, offset, length, true);
    }

    private long advance(
            Cursor cursor, int end, byte[] bytes, int offset, long length, boolean write) {
        long done = 0;
        if (!queue.isCurrent(session)) {
            // The driver owns these buffers again, or memory is gone.
            return 0;
        }
        while (done < length && cursor.buffer < end) {
            long step = Math.min(length - done, lengths[cursor.buffer] - cursor.offset);
            if (bytes != null && step > 0) {
                int address = (int) (addresses[cursor.buffer] + cursor.offset);
                if (write) {
                    memory.write(address, bytes, offset + (int) done, (int) step);
                } else {
                    memory.read(address, bytes, offset + (int) done, (int) step);
                }
            }
            done += step;
            cursor.offset += step;
            cursor.passed += step;
            if (cursor.offset == lengths[cursor.buffer]) {
                cursor.buffer++;
                cursor.offset = 0;
            }
        }
        return done;
    }

    private int advance(
            Cursor cursor, int end, byte[] bytes, int offset, int length, boolean write) {
        return (int) advance(cursor, end, bytes, offset, (long) length, write);
    }

    int head() {
        return head;
    }

    int session() {
        return session;
    }

    void finish() {
        if (finished) {
            throw new IllegalStateException("chain " + head + " was given back before");
        }
        finished = true;
    }
}
