/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.apply;

import dev.wasmlinux.patchset.content.RandomBytes;
import java.io.IOException;
import java.util.Arrays;

/**
 * A file as lines, counted from 0. Only every sixteenth line's place is remembered, so that the
 * index of a large file stays small. Not thread safe.
 */
final class Lines {
    private static final int STRIDE_BITS = 4;
    private static final int STRIDE = 1 << STRIDE_BITS;

    private final RandomBytes bytes;
    private final long count;
    private final boolean open;
    private long[] marks = new long[16];

    /** The line and its place that were asked for last: the next question is mostly nearby. */
    private long knownLine;

    private long knownStart;

    Lines(RandomBytes bytes) throws IOException {
        this.bytes = bytes;
        long lines = 0;
        long position = 0;
        long size = bytes.size();
        boolean ended = true;
        while (position < size) {
            if ((lines & STRIDE - 1) == 0) {
                int slot = (int) (lines >> STRIDE_BITS);
                if (slot == marks.length) {
                    marks = Arrays.copyOf(marks, slot * 2);
                }
                marks[slot] = position;
            }
            long newline = bytes.find((byte) '\n', position, size);
            ended = newline < size;
            position = newline + 1;
            lines++;
        }
        this.count = lines;
        this.open = !ended;
    }

    RandomBytes bytes() {
        return bytes;
    }

    /** The number of lines. */
    long count() {
        return count;
    }

    /** Whether the last line has no newline. */
    boolean open() {
        return open;
    }

    /** Where a line begins; the end for the line behind the last. */
    long start(long line) throws IOException {
        if (line >= count) {
            return bytes.size();
        }
        long at = line & -STRIDE;
        long position = marks[(int) (line >> STRIDE_BITS)];
        if (knownLine > at && knownLine <= line) {
            at = knownLine;
            position = knownStart;
        }
        while (at < line) {
            position = next(position);
            at++;
        }
        knownLine = line;
        knownStart = position;
        return position;
    }

    /** Where the line behind the one at this position begins. */
    long next(long position) throws IOException {
        return Math.min(bytes.find((byte) '\n', position, bytes.size()) + 1, bytes.size());
    }
}
