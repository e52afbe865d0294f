/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.devicetree;

/** Numbers of the flattened format (Devicetree Specification v0.4, chapter 5). */
final class Flat {

    static final int MAGIC = 0xd00dfeed;
    static final int VERSION = 17;
    static final int LAST_COMPATIBLE = 16;
    static final int HEADER_BYTES = 40;
    static final int RESERVATION_BYTES = 16;

    static final int BEGIN_NODE = 1;
    static final int END_NODE = 2;
    static final int PROPERTY = 3;
    static final int NOP = 4;
    static final int END = 9;

    private Flat() {}

    static int align4(int value) {
        return (value + 3) & ~3;
    }
}
