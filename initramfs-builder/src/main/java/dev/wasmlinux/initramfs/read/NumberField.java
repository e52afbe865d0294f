/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

import dev.wasmlinux.initramfs.MalformedImageException;

/** Numbers of headers. */
final class NumberField {
    private NumberField() {}

    /** Eight hexadecimal digits; as the kernel does, the number ends at anything else. */
    static long hex(byte[] header, int at) {
        long value = 0;
        for (int i = at; i < at + 8; i++) {
            int digit = Character.digit(header[i], 16);
            if (digit < 0) {
                break;
            }
            value = value << 4 | digit;
        }
        return value;
    }

    static boolean isHex(byte[] header, int at) {
        for (int i = at; i < at + 8; i++) {
            if (Character.digit(header[i], 16) < 0) {
                return false;
            }
        }
        return true;
    }

    static long octal(byte[] header, int at, int length, long offset) {
        long value = 0;
        for (int i = at; i < at + length; i++) {
            int digit = header[i] - '0';
            if (digit < 0 || digit > 7) {
                throw new MalformedImageException(offset, "an octal header with other digits");
            }
            value = value << 3 | digit;
        }
        return value;
    }
}
