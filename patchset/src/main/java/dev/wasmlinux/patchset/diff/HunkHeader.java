/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.diff;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The numbers of a hunk's {@code @@} line.
 *
 * @param oldStart first line of the old side, from 1; with no old lines, the line before
 * @param oldCount lines of the old side
 * @param newStart first line of the new side, as the old one
 * @param newCount lines of the new side
 */
record HunkHeader(long oldStart, long oldCount, long newStart, long newCount) {
    /** No file has more lines; sums of two such numbers do not overflow. */
    private static final long LIMIT = 1L << 48;

    private static final Pattern FORM =
            Pattern.compile(
                    "@@ -([0-9]{1,18})(?:,([0-9]{1,18}))? \\+([0-9]{1,18})(?:,([0-9]{1,18}))? @@.*",
                    Pattern.DOTALL);

    /** Parses the line, or returns null if it is no hunk header. */
    static HunkHeader parse(String line) {
        Matcher matcher = FORM.matcher(line);
        if (!matcher.matches()) {
            return null;
        }
        HunkHeader header =
                new HunkHeader(
                        number(matcher.group(1)),
                        number(matcher.group(2)),
                        number(matcher.group(3)),
                        number(matcher.group(4)));
        boolean sane =
                header.oldStart < LIMIT
                        && header.oldCount < LIMIT
                        && header.newStart < LIMIT
                        && header.newCount < LIMIT;
        return sane ? header : null;
    }

    private static long number(String digits) {
        return digits == null ? 1 : Long.parseLong(digits);
    }
}
