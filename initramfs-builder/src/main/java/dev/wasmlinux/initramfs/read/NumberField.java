/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

import dev.wasmlinux.initramfs.MalformedImageException;

/** Numbers of headers. */
final class NumberField {
    /** What each byte is worth as a hexadecimal digit; -1 if it is none. */
    private static final byte[] HEX = new byte[256];

    static {
        for (int i = 0; i < HEX.length; i++) {
            HEX[i] = (byte) (i < 0x80 ? Character.digit(i, 16) : -1);
        }
    }

    private NumberField() {}

    /**
     * Eight hexadecimal digits; as the kernel does, the number ends at anything else.
     *
     * @return the number, or its complement if there was anything else
     */
    static long hex(byte[] header, int at) {
        long value = 0;
        int all = 0;
        for (int i = at; i < at + 8; i++) {
            int digit = HEX[header[i] & 0xff];
            all |= digit;
            value = value << 4 | digit;
        }
        return all >= 0 ? value : ~hexPrefix(header, at);
    }

    private static long hexPrefix(byte[] header, int at) {
        long value = 0;
        for (int i = at; HEX[header[i] & 0xff] >= 0; i++) {
            value = value << 4 | HEX[header[i] & 0xff];
        }
        return value;
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
