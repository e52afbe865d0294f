/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

/**
 * The numbers of a header, in one form for all formats.
 *
 * @param digits whether every character of a number is a digit
 * @param padding bytes that round up the body
 * @param namePadding bytes that round up the name
 */
record EntryHeader(
        ArchiveEntry.Format format,
        boolean digits,
        long inode,
        long mode,
        long uid,
        long gid,
        long links,
        long modified,
        long size,
        ArchiveEntry.DeviceNumber device,
        ArchiveEntry.DeviceNumber special,
        long nameSize,
        long checksum,
        int namePadding,
        int padding) {
    /** Bytes of a newc header. */
    static final int NEWC = 110;

    /** Bytes of an octal header. */
    static final int ODC = 76;

    /** The format that a magic of six characters names, or null. */
    static ArchiveEntry.Format format(byte[] magic) {
        for (int i = 0; i < 5; i++) {
            if (magic[i] != "07070".charAt(i)) {
                return null;
            }
        }
        return switch (magic[5]) {
            case '1' -> ArchiveEntry.Format.NEWC;
            case '2' -> ArchiveEntry.Format.NEWC_CHECKSUM;
            case '7' -> ArchiveEntry.Format.ODC;
            default -> null;
        };
    }

    /** Thirteen hexadecimal numbers ({@code init/initramfs.c} parse_header). */
    static EntryHeader newc(byte[] bytes, ArchiveEntry.Format format) {
        long[] field = new long[13];
        boolean digits = true;
        for (int i = 0; i < field.length; i++) {
            int at = MemberInput.MAGIC + 8 * i;
            long value = NumberField.hex(bytes, at);
            digits &= value >= 0;
            field[i] = value >= 0 ? value : ~value;
        }
        return new EntryHeader(
                format,
                digits,
                field[0],
                field[1],
                field[2],
                field[3],
                field[4],
                field[5],
                field[6],
                new ArchiveEntry.DeviceNumber(field[7], field[8]),
                new ArchiveEntry.DeviceNumber(field[9], field[10]),
                field[11],
                field[12],
                (int) (-(NEWC + field[11]) & 3),
                (int) (-field[6] & 3));
    }

    /**
     * Octal numbers of six and eleven digits (POSIX.1-1997 cpio).
     *
     * @param offset where an error is told at
     */
    static EntryHeader octal(byte[] bytes, long offset) {
        long device = NumberField.octal(bytes, 6, 6, offset);
        long special = NumberField.octal(bytes, 42, 6, offset);
        return new EntryHeader(
                ArchiveEntry.Format.ODC,
                true,
                NumberField.octal(bytes, 12, 6, offset),
                NumberField.octal(bytes, 18, 6, offset),
                NumberField.octal(bytes, 24, 6, offset),
                NumberField.octal(bytes, 30, 6, offset),
                NumberField.octal(bytes, 36, 6, offset),
                NumberField.octal(bytes, 48, 11, offset),
                NumberField.octal(bytes, 65, 11, offset),
                new ArchiveEntry.DeviceNumber(device >> 8, device & 0xff),
                new ArchiveEntry.DeviceNumber(special >> 8, special & 0xff),
                NumberField.octal(bytes, 59, 6, offset),
                0,
                0,
                0);
    }
}
