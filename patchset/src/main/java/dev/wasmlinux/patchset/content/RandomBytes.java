/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.content;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Random access to bytes through a few cached pages, or to an array. Positions are not checked
 * beyond what the page needs: callers stay in {@code [0, size())}. Not thread safe.
 */
public final class RandomBytes implements Closeable {
    private static final int PAGE_BITS = 16;
    private static final int PAGE = 1 << PAGE_BITS;

    /** Pages kept: a matcher walks one place while it copies from another. */
    private static final int SLOTS = 4;

    private final FileChannel channel;
    private final boolean owned;
    private final long start;
    private final long size;
    private final byte[][] pages;
    private final long[] numbers;

    private byte[] page;
    private long pageStart;
    private int pageLength;
    private int nextSlot;

    private RandomBytes(FileChannel channel, boolean owned, long start, long size) {
        this.channel = channel;
        this.owned = owned;
        this.start = start;
        this.size = size;
        this.pages = new byte[SLOTS][];
        this.numbers = new long[SLOTS];
    }

    static RandomBytes of(byte[] bytes) {
        RandomBytes all = new RandomBytes(null, false, 0, bytes.length);
        all.page = bytes;
        all.pageLength = bytes.length;
        return all;
    }

    static RandomBytes of(FileChannel channel, long start, long size, boolean owned) {
        return new RandomBytes(channel, owned, start, size);
    }

    /** A part of these bytes, which takes over their file: close only the part. */
    RandomBytes part(long from, long length) throws IOException {
        if (channel == null) {
            return of(slice(from, Math.toIntExact(length)));
        }
        return new RandomBytes(channel, owned, start + from, length);
    }

    /** The number of bytes. */
    public long size() {
        return size;
    }

    /** The byte at a position. */
    public byte at(long position) throws IOException {
        long offset = position - pageStart;
        if (offset < 0 || offset >= pageLength) {
            load(position);
            offset = position - pageStart;
        }
        return page[(int) offset];
    }

    /** The position of the first byte of this value in {@code [from, end)}, or {@code end}. */
    public long find(byte value, long from, long end) throws IOException {
        long position = from;
        while (position < end) {
            at(position);
            byte[] bytes = page;
            int offset = (int) (position - pageStart);
            int limit = (int) Math.min(pageLength, end - pageStart);
            for (int i = offset; i < limit; i++) {
                if (bytes[i] == value) {
                    return pageStart + i;
                }
            }
            position = pageStart + limit;
        }
        return end;
    }

    /** Whether the bytes from {@code position} to {@code end} begin with the ASCII prefix. */
    public boolean startsWith(long position, long end, String prefix) throws IOException {
        if (end - position < prefix.length()) {
            return false;
        }
        for (int i = 0; i < prefix.length(); i++) {
            if (at(position + i) != prefix.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** A copy of some bytes. */
    public byte[] slice(long position, int length) throws IOException {
        byte[] slice = new byte[length];
        int done = 0;
        while (done < length) {
            done += read(position + done, slice, done, length - done);
        }
        return slice;
    }

    /** Writes {@code [from, end)} to a stream. */
    public void copy(long from, long end, OutputStream out) throws IOException {
        long position = from;
        while (position < end) {
            at(position);
            int offset = (int) (position - pageStart);
            int length = (int) Math.min(pageLength - offset, end - position);
            out.write(page, offset, length);
            position += length;
        }
    }

    int read(long position, byte[] into, int offset, int length) throws IOException {
        at(position);
        int from = (int) (position - pageStart);
        int n = Math.min(pageLength - from, length);
        System.arraycopy(page, from, into, offset, n);
        return n;
    }

    private void load(long position) throws IOException {
        if (channel == null || position < 0 || position >= size) {
            throw new IndexOutOfBoundsException(position + " of " + size);
        }
        long number = position >>> PAGE_BITS;
        int slot = -1;
        for (int i = 0; i < SLOTS; i++) {
            if (pages[i] != null && numbers[i] == number) {
                slot = i;
            }
        }
        if (slot < 0) {
            slot = nextSlot;
            nextSlot = (nextSlot + 1) % SLOTS;
            fill(slot, number);
        }
        page = pages[slot];
        pageStart = number << PAGE_BITS;
        pageLength = (int) Math.min(PAGE, size - pageStart);
    }

    private void fill(int slot, long number) throws IOException {
        if (pages[slot] == null) {
            pages[slot] = new byte[PAGE];
        }
        numbers[slot] = -1;
        long from = number << PAGE_BITS;
        ByteBuffer buffer = ByteBuffer.wrap(pages[slot], 0, (int) Math.min(PAGE, size - from));
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, start + from + buffer.position()) < 0) {
                throw new EOFException("a file became shorter while it was read");
            }
        }
        numbers[slot] = number;
    }

    @Override
    public void close() throws IOException {
        if (owned) {
            channel.close();
        }
    }
}
