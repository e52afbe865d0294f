/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.diff;

/** C-style quoting of file names, as git and GNU diff write it. */
public final class Quoting {
    private static final String LETTERS = "abtnvfr\"\\";
    private static final String MEANINGS = "\u0007\b\t\n\u000b\f\r\"\\";

    private Quoting() {}

    /**
     * A name and where its quotation ended.
     *
     * @param name the name's bytes
     * @param end behind the closing quotation mark
     */
    record Unquoted(String name, int end) {}

    /** Reads a quoted name that begins at {@code from} with a quotation mark; null if damaged. */
    static Unquoted unquote(String text, int from) {
        StringBuilder name = new StringBuilder();
        int i = from + 1;
        while (i < text.length()) {
            char c = text.charAt(i++);
            if (c == '"') {
                return new Unquoted(name.toString(), i);
            }
            if (c != '\\') {
                name.append(c);
                continue;
            }
            if (i == text.length()) {
                return null;
            }
            char escaped = text.charAt(i++);
            int letter = LETTERS.indexOf(escaped);
            if (letter >= 0) {
                name.append(MEANINGS.charAt(letter));
            } else if (escaped >= '0' && escaped <= '3' && i + 2 <= text.length()) {
                int value = 0;
                for (int digit = i - 1; digit < i + 2; digit++) {
                    int octal = text.charAt(digit) - '0';
                    if (octal < 0 || octal > 7) {
                        return null;
                    }
                    value = value * 8 + octal;
                }
                name.append((char) value);
                i += 2;
            } else {
                return null;
            }
        }
        return null;
    }

    /** Quotes a name if it holds anything but printable ASCII, as git does by default. */
    public static String quote(String name) {
        StringBuilder quoted = new StringBuilder("\"");
        boolean needed = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            int letter = MEANINGS.indexOf(c);
            if (letter >= 0) {
                quoted.append('\\').append(LETTERS.charAt(letter));
                needed = true;
            } else if (c < ' ' || c >= 0x7f) {
                quoted.append('\\');
                quoted.append((char) ('0' + (c >> 6)));
                quoted.append((char) ('0' + (c >> 3 & 7)));
                quoted.append((char) ('0' + (c & 7)));
                needed = true;
            } else {
                quoted.append(c);
            }
        }
        return needed ? quoted.append('"').toString() : name;
    }
}
