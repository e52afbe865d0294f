/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An upstream version, such as {@code 6.12.107}, {@code 1.2.5} or {@code 6.13-rc2}. Numbers compare
 * as numbers, a missing number counts as 0, and words ({@code rc2}, {@code beta}) come before the
 * release that they announce. Equality is textual; {@code 1.2} and {@code 1.2.0} compare as 0.
 *
 * @param text the version as upstream writes it
 */
public record Version(String text) implements Comparable<Version> {
    private static final Pattern FORM = Pattern.compile("[0-9]+([.+_~-]?[0-9A-Za-z]+)*");
    private static final Pattern TOKEN = Pattern.compile("[0-9]+|[A-Za-z]+");

    /** Checks the form. */
    public Version {
        Objects.requireNonNull(text, "text");
        if (text.length() > 100 || !FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("not a version: \"" + text + "\"");
        }
    }

    /** Returns the version of this text; throws {@link IllegalArgumentException} if it is none. */
    public static Version of(String text) {
        return new Version(text);
    }

    @Override
    public int compareTo(Version other) {
        List<String> left = tokens();
        List<String> right = other.tokens();
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            int order =
                    compare(
                            i < left.size() ? left.get(i) : "",
                            i < right.size() ? right.get(i) : "");
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private List<String> tokens() {
        List<String> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(text);
        while (matcher.find()) {
            tokens.add(matcher.group());
        }
        return tokens;
    }

    private static int compare(String a, String b) {
        boolean wordA = !a.isEmpty() && Character.isLetter(a.charAt(0));
        boolean wordB = !b.isEmpty() && Character.isLetter(b.charAt(0));
        if (wordA || wordB) {
            return wordA && wordB ? a.compareTo(b) : wordA ? -1 : 1;
        }
        String numberA = a.replaceFirst("^0+", "");
        String numberB = b.replaceFirst("^0+", "");
        return numberA.length() != numberB.length()
                ? Integer.compare(numberA.length(), numberB.length())
                : numberA.compareTo(numberB);
    }

    @Override
    public String toString() {
        return text;
    }
}
