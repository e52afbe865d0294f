/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.memory;

import static dev.wasmlinux.host.memory.Raw.UNSAFE;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The software TLB of one address space: a read and a write table of 2^18 entries, one per page
 * number of the 32-bit range, and an attention word that generated code polls.
 *
 * <p>An entry is the host address of the frame less the address of the page, 0 is a miss. Pages are
 * 16 KiB. The kernel fills entries under its page-table lock and clears them through {@link
 * #clear}; waiting for CPUs that may still use an old entry is the caller's job. Tables come from
 * zero memory and are recycled when the last holder has called {@link #release}.
 *
 * <p>Thread safe.
 */
public final class AddressSpace {
    /** log2 of the page size. */
    public static final int PAGE_SHIFT = 14;

    /** Permission bit: readable. */
    public static final int READ = 1;

    /** Permission bit: writable. */
    public static final int WRITE = 2;

    private static final int ENTRIES = 1 << 32 - PAGE_SHIFT;
    private static final long TABLE_BYTES = ENTRIES * 8L;
    private static final int HEADER = 1 << 12;
    private static final int ATTENTION = -16;
    private static final int CHUNK_SHIFT = 9;
    private static final int CHUNK_BYTES = 8 << CHUNK_SHIFT;

    /** Pages of user addresses: those below 2 GiB; an entry above is never filled. */
    private static final int USER_PAGES = 1 << 31 - PAGE_SHIFT;

    private final PhysicalMemory memory;
    private final long block;
    private final long table;

    /** Chunks of the tables that ever held an entry; never cleared while the space is in use. */
    private final boolean[] touched = new boolean[ENTRIES >> CHUNK_SHIFT];

    private final AtomicInteger holders = new AtomicInteger(1);

    private AddressSpace(PhysicalMemory memory, long block, long table) {
        this.memory = memory;
        this.block = block;
        this.table = table;
    }

    /**
     * An empty space, held once.
     *
     * @throws OutOfMemoryError if the host has no memory for the tables
     */
    public static AddressSpace create(PhysicalMemory memory) {
        long block = UNSAFE.allocateMemory(2 * HEADER + 2 * TABLE_BYTES);
        long table = (block + 2L * HEADER - 1) & -HEADER;
        UNSAFE.setMemory(table - HEADER, HEADER + 2 * TABLE_BYTES, (byte) 0);
        return new AddressSpace(memory, block, table);
    }

    /** What generated program code gets as its memory argument. */
    public long table() {
        return table;
    }

    /**
     * Fills an entry.
     *
     * @param page page number, below 2^17
     * @param frame kernel address of the frame
     * @param permissions {@link #READ} and {@link #WRITE}
     * @throws IndexOutOfBoundsException if the page is no user page or the frame is not in RAM
     */
    public void set(int page, int frame, int permissions) {
        if (page < 0 || page >= USER_PAGES || (frame & (1 << PAGE_SHIFT) - 1) != 0) {
            throw new IndexOutOfBoundsException(
                    String.format("translation of page 0x%x to frame 0x%08x", page, frame));
        }
        long bias = memory.check(frame, 1 << PAGE_SHIFT) - ((long) page << PAGE_SHIFT);
        touched[page >> CHUNK_SHIFT] = true;
        long entry = table + page * 8L;
        UNSAFE.putLongVolatile(null, entry, (permissions & READ) != 0 ? bias : 0);
        UNSAFE.putLongVolatile(null, entry + TABLE_BYTES, (permissions & WRITE) != 0 ? bias : 0);
    }

    /**
     * Clears entries.
     *
     * @param page first page number
     * @param count number of pages, negative for all of the space
     */
    public void clear(int page, int count) {
        if (count < 0) {
            clearAll();
            return;
        }
        int first = Math.max(0, page);
        int end = (int) Math.min(USER_PAGES, (long) page + count);
        for (int at = first; at < end; ) {
            int chunkEnd = Math.min(end, (at >> CHUNK_SHIFT) + 1 << CHUNK_SHIFT);
            if (touched[at >> CHUNK_SHIFT]) {
                for (; at < chunkEnd; at++) {
                    UNSAFE.putLongVolatile(null, table + at * 8L, 0);
                    UNSAFE.putLongVolatile(null, table + TABLE_BYTES + at * 8L, 0);
                }
            }
            at = chunkEnd;
        }
    }

    private void clearAll() {
        for (int chunk = 0; chunk < touched.length; chunk++) {
            if (touched[chunk]) {
                long at = table + (long) chunk * CHUNK_BYTES;
                UNSAFE.setMemory(at, CHUNK_BYTES, (byte) 0);
                UNSAFE.setMemory(at + TABLE_BYTES, CHUNK_BYTES, (byte) 0);
            }
        }
    }

    /**
     * Reads bytes as user loads would.
     *
     * @return false if they are not within one page that has a readable translation
     */
    public boolean tryRead(int address, byte[] target, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, target.length);
        long bias = UNSAFE.getLong(table + (address >>> PAGE_SHIFT) * 8L);
        if (bias == 0 || length > (1 << PAGE_SHIFT) - (address & (1 << PAGE_SHIFT) - 1)) {
            return false;
        }
        Raw.copyOut(bias + (address & 0xffffffffL), target, offset, length);
        return true;
    }

    /**
     * Writes bytes within one page, as a user store would.
     *
     * @return false if the page has no writable translation, and nothing was written
     */
    public boolean tryWrite(int address, byte[] source, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, source.length);
        if (length > (1 << PAGE_SHIFT) - (address & (1 << PAGE_SHIFT) - 1)) {
            throw new IllegalArgumentException("crosses a page");
        }
        long bias = UNSAFE.getLong(table + TABLE_BYTES + (address >>> PAGE_SHIFT) * 8L);
        if (bias == 0) {
            return false;
        }
        Raw.copyIn(source, offset, bias + (address & 0xffffffffL), length);
        return true;
    }

    /**
     * Makes threads in this space enter the slow path of their next poll. Any thread, which need
     * not hold the space: once it is given back, nobody is left to be told.
     */
    public void raiseAttention() {
        int count = holders.get();
        while (count > 0 && !holders.compareAndSet(count, count + 1)) {
            count = holders.get();
        }
        if (count > 0) {
            UNSAFE.putIntVolatile(null, table + ATTENTION, 1);
            release();
        }
    }

    /** Whether the attention word is set. */
    public boolean attention() {
        return UNSAFE.getIntVolatile(null, table + ATTENTION) != 0;
    }

    /** Takes the hint back. */
    public void clearAttention() {
        UNSAFE.putIntVolatile(null, table + ATTENTION, 0);
    }

    /** One more holder, which will call {@link #release}. */
    public AddressSpace retain() {
        holders.incrementAndGet();
        return this;
    }

    /** One holder less; the last one gives the tables back. */
    public void release() {
        if (holders.decrementAndGet() == 0) {
            UNSAFE.freeMemory(block);
        }
    }
}
