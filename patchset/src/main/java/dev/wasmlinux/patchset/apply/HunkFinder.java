/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.apply;

import dev.wasmlinux.patchset.content.RandomBytes;
import dev.wasmlinux.patchset.diff.Hunk;
import java.io.IOException;

/**
 * Finds where a file's hunks fit, one after the other. Two sets of rules:
 *
 * <p>Without fuzz, git's: every line must agree; a hunk that begins at line 1 fits only at the
 * beginning, one without context behind its changes only at the end; the search begins where the
 * new side's number says, later before earlier. In a patch that was made with {@code diff -U0},
 * hunks stand where they say instead ({@code git apply --unidiff-zero}). Nothing says so but the
 * hunks: one without any context that begins behind line 1 can only come from there, one that
 * begins at line 1 may as well replace a whole file, and counts as that unless others of the patch
 * speak for -U0.
 *
 * <p>With fuzz, GNU patch's: the offset of one hunk is expected of the next; a hunk is bound to the
 * beginning or the end only if it has less context on that side; as fuzz grows, context lines at
 * the ends count less.
 *
 * <p>In both, hunks stay in order and do not overlap.
 */
final class HunkFinder {
    /**
     * A place.
     *
     * @param line the line of the file where the hunk's old side begins, from 0
     * @param offset how far from where it was expected
     * @param fuzz how much context was ignored
     */
    record Place(long line, long offset, int fuzz) {}

    private final Lines file;
    private final RandomBytes patch;
    private final int fuzz;
    private final Contextless contextless;

    /** The first line that no earlier hunk has used. */
    private long free;

    /** How much the earlier hunks make the file longer. */
    private long growth;

    private long lastOffset;

    /** Knows, or finds out, whether the patch as a whole was made with {@code diff -U0}. */
    @FunctionalInterface
    interface Contextless {
        boolean get() throws IOException;
    }

    HunkFinder(Lines file, RandomBytes patch, int fuzz, Contextless contextless) {
        this.contextless = contextless;
        this.file = file;
        this.patch = patch;
        this.fuzz = fuzz;
    }

    /** Finds the next hunk's place, or returns null and stays where it was. */
    Place find(Hunk hunk) throws IOException {
        Place place = fuzz == 0 ? findExactly(hunk) : findFuzzily(hunk);
        if (place != null) {
            // GNU patch lets the context of two hunks overlap, git does not.
            long unused = fuzz == 0 ? 0 : Math.min(hunk.trailing(), hunk.oldCount());
            free = place.line() + hunk.oldCount() - unused;
            growth += hunk.newCount() - hunk.oldCount();
            lastOffset += fuzz == 0 ? 0 : place.offset();
        }
        return place;
    }

    /** Where the hunk is expected, from 0. */
    long expected(Hunk hunk) {
        long line;
        if (fuzz == 0) {
            line = hunk.newCount() == 0 ? hunk.newStart() : Math.max(hunk.newStart() - 1, 0);
            line -= growth;
        } else {
            line = hunk.oldCount() == 0 ? hunk.oldStart() : Math.max(hunk.oldStart() - 1, 0);
            line += lastOffset;
        }
        return Math.max(line, 0);
    }

    private boolean endsWell(Hunk hunk, long line) {
        long end = line + hunk.oldCount();
        // Nothing can follow a line without newline, neither a new one nor an old one.
        boolean newLast = !hunk.newOpen() || hunk.trailing() > 0 || end == file.count();
        boolean oldLast = hunk.oldCount() > 0 || !file.open() || line < file.count();
        return newLast && oldLast;
    }

    private Place findExactly(Hunk hunk) throws IOException {
        boolean bare = hunk.bare() && (hunk.oldStart() > 1 || contextless.get());
        boolean atStart = hunk.oldStart() == 0 || hunk.oldStart() == 1 && !bare;
        boolean atEnd = !bare && hunk.trailing() == 0;
        long expected = expected(hunk);
        if (hunk.oldCount() == 0) {
            long line = atStart ? 0 : expected;
            boolean fits =
                    line >= free
                            && line <= file.count()
                            && (!atEnd || line == file.count())
                            && endsWell(hunk, line);
            return fits ? new Place(line, 0, 0) : null;
        }
        long last = file.count() - hunk.oldCount();
        if (atStart || atEnd) {
            long line = atStart ? 0 : last;
            boolean fits =
                    line >= free
                            && line <= last
                            && (!atEnd || line == last)
                            && matches(hunk, line, 0, 0);
            return fits ? new Place(line, line - expected, 0) : null;
        }
        // Git takes the number of a new side without lines for that of its first line: of equal
        // lines it removes others, which makes no difference but to the report.
        if (expected >= free && expected <= last && matches(hunk, expected, 0, 0)) {
            return new Place(expected, 0, 0);
        }
        long start = Math.max(hunk.newStart() - 1 - growth, 0);
        Place place = search(hunk, start, free, last, 0, 0, 0);
        return place == null ? null : new Place(place.line(), place.line() - expected, 0);
    }

    private Place findFuzzily(Hunk hunk) throws IOException {
        long context = Math.max(hunk.leading(), hunk.trailing());
        for (int level = 0; level <= Math.min(fuzz, context); level++) {
            Place place =
                    findFuzzily(
                            hunk,
                            level,
                            level + hunk.leading() - context,
                            level + hunk.trailing() - context);
            if (place != null) {
                return place;
            }
        }
        return null;
    }

    private Place findFuzzily(Hunk hunk, int level, long before, long after) throws IOException {
        long expected = expected(hunk);
        if (hunk.oldCount() == 0) {
            return expected >= free && expected <= file.count() && endsWell(hunk, expected)
                    ? new Place(expected, 0, level)
                    : null;
        }
        long last = file.count() - (hunk.oldCount() - Math.max(after, 0));
        if (before < 0 && hunk.oldStart() <= 1) {
            boolean fits =
                    free == 0
                            && last >= 0
                            && (after >= 0 || hunk.oldCount() == file.count())
                            && matches(hunk, 0, 0, Math.max(after, 0));
            return fits ? new Place(0, -expected, level) : null;
        }
        long ignoredBefore = Math.max(before, 0);
        if (after < 0) {
            boolean fits = last >= free && matches(hunk, last, ignoredBefore, 0);
            return fits ? new Place(last, last - expected, level) : null;
        }
        return search(hunk, expected, free, last, ignoredBefore, after, level);
    }

    private Place search(
            Hunk hunk, long expected, long first, long last, long before, long after, int level)
            throws IOException {
        if (last < first) {
            return null;
        }
        long start = Math.max(0, Math.max(first - expected, expected - last));
        long furthest = Math.max(last - expected, expected - first);
        for (long distance = start; distance <= furthest; distance++) {
            long later = expected + distance;
            if (later >= first && later <= last && matches(hunk, later, before, after)) {
                return new Place(later, distance, level);
            }
            long earlier = expected - distance;
            if (distance > 0
                    && earlier >= first
                    && earlier <= last
                    && matches(hunk, earlier, before, after)) {
                return new Place(earlier, -distance, level);
            }
        }
        return null;
    }

    /** Whether the old side stands at a line, but for some lines at its ends. */
    private boolean matches(Hunk hunk, long line, long before, long after) throws IOException {
        if (!(after > 0) && !endsWell(hunk, line)) {
            return false;
        }
        RandomBytes bytes = file.bytes();
        long position = file.start(line + before);
        long number = 0;
        long end = hunk.oldCount() - after;
        Hunk.OldLines lines = hunk.oldLines(patch);
        while (number < end && lines.next()) {
            if (number++ < before) {
                continue;
            }
            long length = lines.end() - lines.start();
            if (position + length > bytes.size()) {
                return false;
            }
            for (long i = 0; i < length; i++) {
                if (bytes.at(position + i) != patch.at(lines.start() + i)) {
                    return false;
                }
            }
            position += length;
            boolean hasNewline = length > 0 && patch.at(lines.end() - 1) == '\n';
            if (!hasNewline && position != bytes.size()) {
                return false;
            }
        }
        return true;
    }
}
