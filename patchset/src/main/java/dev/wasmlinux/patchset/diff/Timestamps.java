/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.diff;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The times that diff writes behind file names. */
final class Timestamps {
    private static final String TIME =
            "([0-9]{4})-([0-9]{2})-([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\\.([0-9]+))?"
                    + "(?: ([-+])([0-9]{2}):?([0-9]{2}))?";
    private static final Pattern WHOLE = Pattern.compile("\\s*" + TIME + "\\s*");
    private static final Pattern TAIL = Pattern.compile("\\s+" + TIME + "\\s*$");

    private Timestamps() {}

    /** Whether the text is the instant 0, with which diff marks a file that does not exist. */
    static boolean isEpoch(String text) {
        Matcher matcher = WHOLE.matcher(text);
        if (!matcher.matches() || matcher.group(8) == null) {
            return false;
        }
        String fraction = matcher.group(7);
        if (fraction != null && !fraction.chars().allMatch(digit -> digit == '0')) {
            return false;
        }
        String day = matcher.group(1) + matcher.group(2) + matcher.group(3);
        int dayMinutes = day.equals("19700101") ? 0 : day.equals("19691231") ? -1440 : 100_000;
        int minutes = Integer.parseInt(matcher.group(4)) * 60 + Integer.parseInt(matcher.group(5));
        int zone = Integer.parseInt(matcher.group(9)) * 60 + Integer.parseInt(matcher.group(10));
        int east = matcher.group(8).equals("-") ? -zone : zone;
        return matcher.group(6).equals("00") && dayMinutes + minutes - east == 0;
    }

    /** The text without a time at its end. */
    static String withoutTime(String text) {
        Matcher matcher = TAIL.matcher(text);
        return matcher.find() ? text.substring(0, matcher.start()) : text;
    }
}
