/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import java.util.Objects;
import java.util.Optional;

/**
 * A range of upstream versions, written as one version ({@code 1.2.5}: only that) or as an interval
 * with inclusive brackets and exclusive parentheses, either end open: {@code [6.12.100,6.13)},
 * {@code [22,)}.
 *
 * @param lower the lower end, empty if open
 * @param lowerInclusive whether the lower end belongs to the range
 * @param upper the upper end, empty if open
 * @param upperInclusive whether the upper end belongs to the range
 */
public record VersionRange(
        Optional<Version> lower,
        boolean lowerInclusive,
        Optional<Version> upper,
        boolean upperInclusive) {
    /** Checks that the ends are in order. */
    public VersionRange {
        Objects.requireNonNull(lower, "lower");
        Objects.requireNonNull(upper, "upper");
        if (lower.isPresent() && upper.isPresent() && lower.get().compareTo(upper.get()) > 0) {
            throw new IllegalArgumentException(
                    "version range with its ends exchanged: " + lower.get() + " > " + upper.get());
        }
    }

    /**
     * Parses a range.
     *
     * @throws IllegalArgumentException if the text is neither a version nor an interval
     */
    public static VersionRange parse(String text) {
        String range = text.strip();
        if (range.isEmpty() || Character.isDigit(range.charAt(0))) {
            Optional<Version> only = Optional.of(Version.of(range));
            return new VersionRange(only, true, only, true);
        }
        char open = range.charAt(0);
        char close = range.charAt(range.length() - 1);
        int comma = range.indexOf(',');
        if ((open != '[' && open != '(')
                || (close != ']' && close != ')')
                || comma < 0
                || comma != range.lastIndexOf(',')) {
            throw new IllegalArgumentException("not a version range: \"" + text + "\"");
        }
        return new VersionRange(
                end(range.substring(1, comma)),
                open == '[',
                end(range.substring(comma + 1, range.length() - 1)),
                close == ']');
    }

    private static Optional<Version> end(String text) {
        String end = text.strip();
        return end.isEmpty() ? Optional.empty() : Optional.of(Version.of(end));
    }

    /** Whether the version lies in this range. */
    public boolean contains(Version version) {
        boolean aboveLower =
                lower.map(end -> version.compareTo(end) > (lowerInclusive ? -1 : 0)).orElse(true);
        boolean belowUpper =
                upper.map(end -> version.compareTo(end) < (upperInclusive ? 1 : 0)).orElse(true);
        return aboveLower && belowUpper;
    }

    @Override
    public String toString() {
        if (lowerInclusive && upperInclusive && lower.isPresent() && lower.equals(upper)) {
            return lower.get().text();
        }
        return (lowerInclusive ? "[" : "(")
                + lower.map(Version::text).orElse("")
                + ","
                + upper.map(Version::text).orElse("")
                + (upperInclusive ? "]" : ")");
    }
}
