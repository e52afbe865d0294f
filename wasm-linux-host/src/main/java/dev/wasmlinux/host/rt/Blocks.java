/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.rt;

import static dev.wasmlinux.host.memory.Raw.UNSAFE;

/** Moves of whole blocks at host addresses. */
final class Blocks {
    // The JDK's own fill has a high fixed cost; a loop of words is faster up to about here.
    private static final int SMALL = 512;

    private Blocks() {}

    static void fill(long address, byte value, long size) {
        if (size > SMALL) {
            UNSAFE.setMemory(address, size, value);
            return;
        }
        long word = (value & 0xffL) * 0x0101010101010101L;
        int left = (int) size;
        long at = address;
        for (; left >= 8; left -= 8, at += 8) {
            UNSAFE.putLong(at, word);
        }
        for (; left > 0; left--, at++) {
            UNSAFE.putByte(at, value);
        }
    }
}
