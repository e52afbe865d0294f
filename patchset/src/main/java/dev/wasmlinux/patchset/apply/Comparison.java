/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.apply;

import dev.wasmlinux.patchset.content.RandomBytes;
import dev.wasmlinux.patchset.diff.Hunk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Shows what a hunk expects beside the text of the file that is most like it. */
final class Comparison {
    /** More lines of a hunk than these are neither compared nor shown. */
    private static final int LINES = 60;

    private static final int COLUMN = 50;

    /** Files are searched for similar text up to this many lines. */
    private static final long SEARCHED = 1_000_000;

    private final Lines file;
    private final RandomBytes patch;
    private final List<String> wanted = new ArrayList<>();

    private Comparison(Lines file, RandomBytes patch) {
        this.file = file;
        this.patch = patch;
    }

    static String of(Hunk hunk, Lines file, RandomBytes patch, long expected) throws IOException {
        return new Comparison(file, patch).show(hunk, expected);
    }

    private String show(Hunk hunk, long expected) throws IOException {
        Hunk.OldLines lines = hunk.oldLines(patch);
        while (wanted.size() < LINES && lines.next()) {
            wanted.add(text(patch, lines.start(), lines.end()));
        }
        if (wanted.isEmpty() || file.count() == 0) {
            return "";
        }
        long start = nearest(expected);
        StringBuilder shown = new StringBuilder();
        shown.append(
                String.format(
                        "%7s   %-" + COLUMN + "s | %s%n", "", "the patch expects", "the file has"));
        for (int i = 0; i < wanted.size(); i++) {
            long line = start + i;
            String found = line >= 0 && line < file.count() ? line(line) : null;
            boolean equal = wanted.get(i).equals(found);
            String left = clip(wanted.get(i));
            shown.append(
                    String.format(
                            "%7s %s %-" + COLUMN + "s | %s%n",
                            found == null ? "-" : Long.toString(line + 1),
                            equal ? " " : "!",
                            left,
                            found == null ? "(no such line)" : equal ? left : clip(found)));
        }
        if (hunk.oldCount() > LINES) {
            shown.append(String.format("%7s   (%d more lines)%n", "", hunk.oldCount() - LINES));
        }
        return shown.toString();
    }

    /** The first line of the place where most lines agree; of equals, the one next to expected. */
    private long nearest(long expected) throws IOException {
        Map<String, List<Integer>> places = new HashMap<>();
        for (int i = 0; i < wanted.size(); i++) {
            places.computeIfAbsent(wanted.get(i), key -> new ArrayList<>()).add(i);
        }
        Map<Long, Integer> votes = new HashMap<>();
        for (long line = 0; line < Math.min(file.count(), SEARCHED); line++) {
            for (int index : places.getOrDefault(line(line), List.of())) {
                votes.merge(line - index, 1, Integer::sum);
            }
        }
        long best = expected;
        int most = votes.getOrDefault(expected, 0);
        for (Map.Entry<Long, Integer> vote : votes.entrySet()) {
            long distance = Math.abs(vote.getKey() - expected);
            boolean nearer =
                    distance < Math.abs(best - expected)
                            || distance == Math.abs(best - expected) && vote.getKey() < best;
            if (vote.getValue() > most || vote.getValue() == most && nearer) {
                best = vote.getKey();
                most = vote.getValue();
            }
        }
        return best;
    }

    private String line(long line) throws IOException {
        long start = file.start(line);
        return text(file.bytes(), start, file.next(start));
    }

    /** A line with its end, at most a few hundred bytes. */
    private static String text(RandomBytes bytes, long start, long end) throws IOException {
        int length = (int) Math.min(end - start, 400);
        return new String(bytes.slice(start, length), StandardCharsets.ISO_8859_1);
    }

    /** One column's text: no control characters, line ends that are not a plain newline visible. */
    private static String clip(String line) {
        String text = line;
        String mark = "";
        if (text.endsWith("\r\n")) {
            text = text.substring(0, text.length() - 2);
            mark = "<CR>";
        } else if (text.endsWith("\n")) {
            text = text.substring(0, text.length() - 1);
        } else if (line.length() < 400) {
            mark = "<no newline>";
        }
        String decoded =
                new String(text.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8)
                        .replace("\t", "    ")
                        .replaceAll("\\p{Cntrl}", "?");
        int room = COLUMN - mark.length();
        return (decoded.length() > room ? decoded.substring(0, room - 3) + "..." : decoded) + mark;
    }
}
