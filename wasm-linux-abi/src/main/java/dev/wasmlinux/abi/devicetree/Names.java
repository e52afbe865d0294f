/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.devicetree;

import java.util.regex.Pattern;

/** Rules for names. Trees that are built keep the specification; those read need only be safe. */
final class Names {

    /** Longest name that is read or stored: bounds the reader's work on hostile input. */
    static final int MAX_STORED = 255;

    private static final Pattern NODE =
            Pattern.compile("[A-Za-z][0-9A-Za-z,._+-]{0,30}(@[0-9A-Za-z,._+-]+)?");
    private static final Pattern PROPERTY = Pattern.compile("[0-9A-Za-z,._+?#-]{1,31}");

    private Names() {}

    /** Node names, specification 2.2.1: at most 31 characters before the unit address. */
    static String checkNode(String name) {
        if (!NODE.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "node name \"" + name + "\" breaks Devicetree Specification 2.2.1");
        }
        return name;
    }

    /** Property names, specification 2.2.4.1. */
    static String checkProperty(String name) {
        if (!PROPERTY.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "property name \"" + name + "\" breaks Devicetree Specification 2.2.4");
        }
        return name;
    }

    static String checkStored(String what, String name) {
        if (!isStorable(name)) {
            throw new IllegalArgumentException(
                    what + " name \"" + name + "\" is empty, too long or not printable ASCII");
        }
        return name;
    }

    static boolean isStorable(String name) {
        return !name.isEmpty()
                && name.length() <= MAX_STORED
                && name.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '/');
    }
}
