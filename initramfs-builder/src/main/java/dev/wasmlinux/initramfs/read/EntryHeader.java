/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

import dev.wasmlinux.initramfs.ByteString;
import java.util.Arrays;

/**
 * The header that a reader is at, in one form for all formats; used again for the next one, as
 * there may be very many of them.
 */
final class EntryHeader {
    /** Bytes of a newc header. */
    static final int NEWC = 110;

    /** Bytes of an octal header. */
    static final int ODC = 76;

    private static final ArchiveEntry.DeviceNumber NO_DEVICE = new ArchiveEntry.DeviceNumber(0, 0);

    // Indices of the numbers, in the order of a newc header.
    private static final int INODE = 0;
    private static final int MODE = 1;
    private static final int UID = 2;
    private static final int GID = 3;
    private static final int LINKS = 4;
    private static final int MODIFIED = 5;
    private static final int SIZE = 6;
    private static final int DEVICE = 7;
    private static final int SPECIAL = 9;
    private static final int NAME_SIZE = 11;
    private static final int CHECKSUM = 12;

    private final byte[] bytes = new byte[NEWC];
    private final long[] numbers = new long[13];
    private ArchiveEntry.Format format;
    private boolean digits;

    /** What the bytes of the header are read to. */
    byte[] bytes() {
        return bytes;
    }

    /** The format that the magic, the first six bytes, names; null if it is no magic. */
    ArchiveEntry.Format magic() {
        for (int i = 0; i < 5; i++) {
            if (bytes[i] != "07070".charAt(i)) {
                return null;
            }
        }
        return switch (bytes[5]) {
            case '1' -> ArchiveEntry.Format.NEWC;
            case '2' -> ArchiveEntry.Format.NEWC_CHECKSUM;
            case '7' -> ArchiveEntry.Format.ODC;
            default -> null;
        };
    }

    /**
     * Takes the numbers from the bytes.
     *
     * @param named what {@link #magic()} gave
     * @param offset where an error is told at
     */
    void parse(ArchiveEntry.Format named, long offset) {
        format = named;
        if (named == ArchiveEntry.Format.ODC) {
            parseOctal(offset);
        } else {
            parseHex();
        }
    }

    /** Thirteen hexadecimal numbers ({@code init/initramfs.c} parse_header). */
    private void parseHex() {
        digits = true;
        for (int i = 0; i < numbers.length; i++) {
            long value = NumberField.hex(bytes, MemberInput.MAGIC + 8 * i);
            digits &= value >= 0;
            numbers[i] = value >= 0 ? value : ~value;
        }
    }

    /** Octal numbers of six and eleven digits (POSIX.1-1997 cpio). */
    private void parseOctal(long offset) {
        Arrays.fill(numbers, 0);
        digits = true;
        device(DEVICE, NumberField.octal(bytes, 6, 6, offset));
        numbers[INODE] = NumberField.octal(bytes, 12, 6, offset);
        numbers[MODE] = NumberField.octal(bytes, 18, 6, offset);
        numbers[UID] = NumberField.octal(bytes, 24, 6, offset);
        numbers[GID] = NumberField.octal(bytes, 30, 6, offset);
        numbers[LINKS] = NumberField.octal(bytes, 36, 6, offset);
        device(SPECIAL, NumberField.octal(bytes, 42, 6, offset));
        numbers[MODIFIED] = NumberField.octal(bytes, 48, 11, offset);
        numbers[NAME_SIZE] = NumberField.octal(bytes, 59, 6, offset);
        numbers[SIZE] = NumberField.octal(bytes, 65, 11, offset);
    }

    private void device(int index, long both) {
        numbers[index] = both >> 8;
        numbers[index + 1] = both & 0xff;
    }

    ArchiveEntry.Format format() {
        return format;
    }

    /** Whether every character of a number is a digit. */
    boolean digits() {
        return digits;
    }

    /** Bytes of the name. */
    long nameSize() {
        return numbers[NAME_SIZE];
    }

    /** Bytes of the body. */
    long size() {
        return numbers[SIZE];
    }

    EntryType type() {
        return EntryType.of(numbers[MODE]);
    }

    /** Bytes that round up the name. */
    int namePadding() {
        return format == ArchiveEntry.Format.ODC ? 0 : (int) (-(NEWC + nameSize()) & 3);
    }

    /** Bytes that round up the body. */
    int padding() {
        return format == ArchiveEntry.Format.ODC ? 0 : (int) (-size() & 3);
    }

    /** The entry of this header. */
    ArchiveEntry entry(ByteString name, ByteString linkTarget, ArchiveEntry.Location location) {
        return new ArchiveEntry(
                name,
                format,
                numbers[INODE],
                numbers[MODE],
                numbers[UID],
                numbers[GID],
                numbers[LINKS],
                numbers[MODIFIED],
                numbers[SIZE],
                device(DEVICE),
                device(SPECIAL),
                numbers[CHECKSUM],
                linkTarget,
                location);
    }

    private ArchiveEntry.DeviceNumber device(int index) {
        long major = numbers[index];
        long minor = numbers[index + 1];
        return (major | minor) == 0 ? NO_DEVICE : new ArchiveEntry.DeviceNumber(major, minor);
    }
}
