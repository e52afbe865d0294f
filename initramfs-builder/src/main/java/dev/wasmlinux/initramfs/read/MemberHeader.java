/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.compress.RawInput;
import java.io.IOException;

/** Finds settings of compressed members that the kernel refuses although others unpack them. */
final class MemberHeader {
    private static final int XZ_CHECK = 7;
    private static final int XZ_BLOCK = 12;

    private MemberHeader() {}

    static void inspect(Compression.Kind kind, RawInput raw, ImageReader.Notes notes)
            throws IOException {
        if (kind == Compression.Kind.XZ) {
            xz(raw.peek(XZ_BLOCK + 1024), raw.position(), notes);
        } else if (kind == Compression.Kind.ZSTD) {
            zstd(raw.peek(18), raw.position(), notes);
        }
    }

    private static void xz(byte[] b, long offset, ImageReader.Notes notes) {
        if (b.length < XZ_BLOCK + 2) {
            return;
        }
        int check = b[XZ_CHECK] & 0xf;
        if (check > 1) {
            String name = check == 4 ? "CRC64" : check == 10 ? "SHA-256" : "check " + check;
            notes.note(
                    KernelRule.XZ_CHECK,
                    "",
                    offset,
                    "xz with " + name + "; the kernel knows CRC32 and none (xz --check=crc32)");
        }
        int size = (b[XZ_BLOCK] & 0xff) * 4;
        if (size == 0) {
            return;
        }
        int end = Math.min(b.length, XZ_BLOCK + size);
        int flags = b[XZ_BLOCK + 1] & 0xff;
        int at = XZ_BLOCK + 2;
        for (int bit = 0x40; bit <= 0x80; bit <<= 1) {
            if ((flags & bit) != 0) {
                at = afterNumber(b, at, end);
            }
        }
        for (int i = 0; i <= (flags & 3) && at + 1 < end; i++) {
            int id = b[at] & 0xff;
            int properties = b[at + 1] & 0xff;
            at += 2 + properties;
            switch (id) {
                case 0x21 -> {}
                case 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b ->
                        notes.note(
                                KernelRule.XZ_BRANCH,
                                "",
                                offset,
                                "xz with the branch filter of one processor (id " + id + ")");
                default ->
                        notes.note(
                                KernelRule.XZ_FILTER, "", offset, "xz with a filter of id " + id);
            }
        }
    }

    private static int afterNumber(byte[] b, int from, int end) {
        int at = from;
        while (at < end && b[at] < 0) {
            at++;
        }
        return at + 1;
    }

    private static void zstd(byte[] b, long offset, ImageReader.Notes notes) {
        if (b.length < 6 || (b[4] & 0x20) != 0) {
            return;
        }
        int exponent = (b[5] & 0xff) >> 3;
        long base = 1L << 10 + exponent;
        long window = base + (base >> 3) * (b[5] & 7);
        if (window > dev.wasmlinux.initramfs.compress.Zstd.KERNEL_WINDOW) {
            notes.note(
                    KernelRule.ZSTD_WINDOW,
                    "",
                    offset,
                    "zstd window of " + window + " bytes, more than 128 MiB (zstd --long=27)");
        }
    }
}
