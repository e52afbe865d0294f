/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.write;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which lines of two texts differ: a shortest edit script after E. Myers, "An O(ND) Difference
 * Algorithm and Its Variations" (1986). Texts that differ in more than a few thousand lines are
 * taken as different in everything between their common beginning and end.
 */
final class LineDiff {
    /** The search keeps this many squared numbers at most. */
    private static final int MOST_EDITS = 3000;

    private final List<String> oldLines;
    private final List<String> newLines;
    private final int[] a;
    private final int[] b;
    private final BitSet removed = new BitSet();
    private final BitSet added = new BitSet();

    LineDiff(byte[] before, byte[] after) {
        this.oldLines = lines(before);
        this.newLines = lines(after);
        Map<String, Integer> numbers = new HashMap<>();
        this.a = number(oldLines, numbers);
        this.b = number(newLines, numbers);
        compare();
    }

    private static List<String> lines(byte[] text) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length; i++) {
            if (text[i] == '\n') {
                lines.add(new String(text, start, i + 1 - start, StandardCharsets.ISO_8859_1));
                start = i + 1;
            }
        }
        if (start < text.length) {
            lines.add(new String(text, start, text.length - start, StandardCharsets.ISO_8859_1));
        }
        return lines;
    }

    private static int[] number(List<String> lines, Map<String, Integer> numbers) {
        return lines.stream()
                .mapToInt(line -> numbers.computeIfAbsent(line, key -> numbers.size()))
                .toArray();
    }

    /** The lines before, each with its newline, as byte strings. */
    List<String> oldLines() {
        return oldLines;
    }

    /** The lines afterwards. */
    List<String> newLines() {
        return newLines;
    }

    boolean isRemoved(int oldLine) {
        return removed.get(oldLine);
    }

    boolean isAdded(int newLine) {
        return added.get(newLine);
    }

    private void compare() {
        int start = 0;
        int endA = a.length;
        int endB = b.length;
        while (start < endA && start < endB && a[start] == b[start]) {
            start++;
        }
        while (endA > start && endB > start && a[endA - 1] == b[endB - 1]) {
            endA--;
            endB--;
        }
        List<int[]> trace = search(start, endA, endB);
        if (trace == null) {
            removed.set(start, endA);
            added.set(start, endB);
            return;
        }
        int x = endA - start;
        int y = endB - start;
        for (int d = trace.size() - 1; d > 0; d--) {
            int[] before = trace.get(d - 1);
            int k = x - y;
            boolean down = k == -d || k != d && at(before, d - 1, k - 1) < at(before, d - 1, k + 1);
            int previousX = at(before, d - 1, down ? k + 1 : k - 1);
            int previousY = previousX - (down ? k + 1 : k - 1);
            if (down) {
                added.set(start + previousY);
            } else {
                removed.set(start + previousX);
            }
            x = previousX;
            y = previousY;
        }
    }

    /** The furthest points of each number of edits; null if there are too many. */
    private List<int[]> search(int start, int endA, int endB) {
        int n = endA - start;
        int m = endB - start;
        List<int[]> trace = new ArrayList<>();
        for (int d = 0; d <= Math.min(n + m, MOST_EDITS); d++) {
            int[] furthest = new int[2 * d + 1];
            for (int k = -d; k <= d; k += 2) {
                int x;
                if (d == 0) {
                    x = 0;
                } else {
                    int[] before = trace.get(d - 1);
                    boolean down =
                            k == -d
                                    || k != d
                                            && at(before, d - 1, k - 1) < at(before, d - 1, k + 1);
                    x = down ? at(before, d - 1, k + 1) : at(before, d - 1, k - 1) + 1;
                }
                int y = x - k;
                while (x < n && y < m && a[start + x] == b[start + y]) {
                    x++;
                    y++;
                }
                furthest[k + d] = x;
                if (x >= n && y >= m) {
                    trace.add(furthest);
                    return trace;
                }
            }
            trace.add(furthest);
        }
        return null;
    }

    private static int at(int[] furthest, int d, int k) {
        return furthest[k + d];
    }
}
