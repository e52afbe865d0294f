/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.diff;

import dev.wasmlinux.patchset.content.RandomBytes;
import java.io.IOException;
import java.util.Arrays;

/**
 * One hunk: its numbers, and where its lines stand in the patch, as runs of lines of one kind. The
 * text itself stays in the patch.
 */
public final class Hunk {
    /** What a line of a hunk does. */
    public enum Kind {
        /** On both sides. */
        CONTEXT,
        /** On the old side only. */
        OLD,
        /** On the new side only. */
        NEW
    }

    /**
     * Successive lines of one kind.
     *
     * @param kind what they do
     * @param start where the first line's first byte is in the patch
     * @param end behind the last line's newline
     * @param lines the number of lines
     * @param prefix how many bytes of each line are not text: 1, or 0 for blank context lines whose
     *     space was lost
     */
    public record Run(Kind kind, long start, long end, long lines, int prefix) {}

    private final long line;
    private final HunkHeader header;
    private final boolean reversed;
    private final byte[] kinds;
    private final long[] bounds;
    private final long[] counts;
    private final int runs;
    private final long leading;
    private final long trailing;
    private final boolean oldOpen;
    private final boolean newOpen;

    private Hunk(Builder builder) {
        this.line = builder.line;
        this.header = builder.header;
        this.reversed = false;
        this.kinds = builder.kinds;
        this.bounds = builder.bounds;
        this.counts = builder.counts;
        this.runs = builder.runs;
        this.leading = builder.leading;
        this.trailing = builder.trailing;
        this.oldOpen = builder.oldOpen;
        this.newOpen = builder.newOpen;
    }

    private Hunk(Hunk hunk) {
        this.line = hunk.line;
        HunkHeader h = hunk.header;
        this.header = new HunkHeader(h.newStart(), h.newCount(), h.oldStart(), h.oldCount());
        this.reversed = !hunk.reversed;
        this.kinds = hunk.kinds;
        this.bounds = hunk.bounds;
        this.counts = hunk.counts;
        this.runs = hunk.runs;
        this.leading = hunk.leading;
        this.trailing = hunk.trailing;
        this.oldOpen = hunk.newOpen;
        this.newOpen = hunk.oldOpen;
    }

    /** The hunk that takes this one back. */
    public Hunk reverse() {
        return new Hunk(this);
    }

    /** The line of the hunk's header in the patch, from 1. */
    public long line() {
        return line;
    }

    /** First line of the old side, from 1; with no old lines, the line before. */
    public long oldStart() {
        return header.oldStart();
    }

    /** Lines of the old side. */
    public long oldCount() {
        return header.oldCount();
    }

    /** First line of the new side, from 1; with no new lines, the line before. */
    public long newStart() {
        return header.newStart();
    }

    /** Lines of the new side. */
    public long newCount() {
        return header.newCount();
    }

    /** Context lines before the first change. */
    public long leading() {
        return leading;
    }

    /** Context lines after the last change. */
    public long trailing() {
        return trailing;
    }

    /** Whether the hunk has no context at all. */
    public boolean bare() {
        return leading == 0 && trailing == 0;
    }

    /** Whether the last old line has no newline. */
    public boolean oldOpen() {
        return oldOpen;
    }

    /** Whether the last new line has no newline. */
    public boolean newOpen() {
        return newOpen;
    }

    /** The number of runs. */
    public int runs() {
        return runs;
    }

    /** A run, from 0. */
    public Run run(int index) {
        Kind kind = Kind.values()[kinds[index] >> 1];
        if (reversed && kind != Kind.CONTEXT) {
            kind = kind == Kind.OLD ? Kind.NEW : Kind.OLD;
        }
        return new Run(
                kind, bounds[2 * index], bounds[2 * index + 1], counts[index], kinds[index] & 1);
    }

    /** Walks the lines of the old side. Begin with {@link #next()}. */
    public final class OldLines {
        private final RandomBytes patch;
        private long left = oldCount();
        private int nextRun;
        private Run run;
        private long position;
        private long start;
        private long end;

        private OldLines(RandomBytes patch) {
            this.patch = patch;
        }

        /** Goes to the next line; false if there is none. */
        public boolean next() throws IOException {
            if (left == 0) {
                return false;
            }
            left--;
            while (run == null || position == run.end()) {
                Run candidate = run(nextRun++);
                if (candidate.kind() != Kind.NEW) {
                    run = candidate;
                    position = candidate.start();
                }
            }
            start = position + run.prefix();
            position = patch.find((byte) '\n', start, run.end()) + 1;
            end = left == 0 && oldOpen ? position - 1 : position;
            return true;
        }

        /** Where the line's text begins in the patch. */
        public long start() {
            return start;
        }

        /** Behind the line's text, with its newline if it has one. */
        public long end() {
            return end;
        }
    }

    /** The lines of the old side, as they should be in the file. */
    public OldLines oldLines(RandomBytes patch) {
        return new OldLines(patch);
    }

    /** Collects a hunk's lines. */
    static final class Builder {
        private final long line;
        private final HunkHeader header;
        private byte[] kinds = new byte[8];
        private long[] bounds = new long[16];
        private long[] counts = new long[8];
        private int runs;
        private long leading;
        private long trailing;
        private boolean changed;
        private boolean oldOpen;
        private boolean newOpen;
        private Kind last;

        Builder(long line, HunkHeader header) {
            this.line = line;
            this.header = header;
        }

        void add(Kind kind, long start, long end, int prefix) {
            last = kind;
            if (kind != Kind.CONTEXT) {
                changed = true;
                trailing = 0;
            } else if (changed) {
                trailing++;
            } else {
                leading++;
            }
            byte code = (byte) (kind.ordinal() << 1 | prefix);
            if (runs > 0 && kinds[runs - 1] == code) {
                bounds[2 * runs - 1] = end;
                counts[runs - 1]++;
                return;
            }
            if (runs == kinds.length) {
                kinds = Arrays.copyOf(kinds, runs * 2);
                bounds = Arrays.copyOf(bounds, runs * 4);
                counts = Arrays.copyOf(counts, runs * 2);
            }
            kinds[runs] = code;
            bounds[2 * runs] = start;
            bounds[2 * runs + 1] = end;
            counts[runs++] = 1;
        }

        Kind last() {
            return last;
        }

        boolean changed() {
            return changed;
        }

        void open(boolean old, boolean fresh) {
            oldOpen |= old;
            newOpen |= fresh;
        }

        boolean isOpen(Kind side) {
            return side == Kind.OLD ? oldOpen : newOpen;
        }

        Hunk build() {
            return new Hunk(this);
        }
    }
}
