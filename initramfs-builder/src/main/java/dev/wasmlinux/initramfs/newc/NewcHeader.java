/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.newc;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The 110 bytes before an entry: a magic and thirteen numbers of eight upper-case hexadecimal
 * digits (parse_header in {@code init/initramfs.c}).
 */
final class NewcHeader {
    static final int SIZE = 110;
    static final int REGULAR = 0100000;
    static final int DIRECTORY = 0040000;
    static final int SYMLINK = 0120000;
    static final int CHARACTER = 0020000;
    static final int BLOCK = 0060000;
    static final int FIFO = 0010000;
    static final int SOCKET = 0140000;

    private static final byte[] DIGITS = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);
    private static final int MAGIC = 6;

    // Indices of the numbers.
    private static final int INODE = 0;
    private static final int MODE = 1;
    private static final int UID = 2;
    private static final int GID = 3;
    private static final int LINKS = 4;
    private static final int MODIFIED = 5;
    private static final int FILE_SIZE = 6;
    private static final int DEVICE_MAJOR = 7;
    private static final int DEVICE_MINOR = 8;
    private static final int SPECIAL_MAJOR = 9;
    private static final int SPECIAL_MINOR = 10;
    private static final int NAME_SIZE = 11;
    private static final int CHECKSUM = 12;

    private final long[] numbers = new long[13];
    private final byte[] bytes = new byte[SIZE + ArchivePath.MAX_LENGTH + 1 + 4];
    private final boolean checksummed;
    private final boolean likeGenInitCpio;

    NewcHeader(boolean checksummed, boolean likeGenInitCpio) {
        this.checksummed = checksummed;
        this.likeGenInitCpio = likeGenInitCpio;
        byte[] magic = (checksummed ? "070702" : "070701").getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(magic, 0, bytes, 0, MAGIC);
    }

    boolean checksummed() {
        return checksummed;
    }

    /** The header, and the name as far as {@link #name} says. */
    byte[] bytes() {
        return bytes;
    }

    void clear() {
        Arrays.fill(numbers, 0);
    }

    void inode(long value) {
        numbers[INODE] = value;
        if (likeGenInitCpio) {
            numbers[DEVICE_MAJOR] = 3;
            numbers[DEVICE_MINOR] = 1;
        }
    }

    void attributes(int mode, long uid, long gid, long modified) {
        numbers[MODE] = mode;
        numbers[UID] = uid;
        numbers[GID] = gid;
        numbers[MODIFIED] = modified;
    }

    void links(int value) {
        numbers[LINKS] = value;
    }

    void size(long value) {
        numbers[FILE_SIZE] = value;
    }

    void device(int major, int minor) {
        numbers[SPECIAL_MAJOR] = major;
        numbers[SPECIAL_MINOR] = minor;
    }

    /**
     * Sets the name.
     *
     * @param field size of the name field, filled up with NULs
     * @return length of header and name, a multiple of 4
     */
    int name(ByteString name, int field) {
        numbers[NAME_SIZE] = field;
        encode();
        int length = SIZE + field + 3 & ~3;
        name.copyTo(bytes, SIZE);
        Arrays.fill(bytes, SIZE + name.length(), length, (byte) 0);
        return length;
    }

    void checksum(long value) {
        numbers[CHECKSUM] = value;
    }

    /** One loop for all numbers: small code counts when a new virtual machine writes an image. */
    private void encode() {
        int at = MAGIC;
        for (long number : numbers) {
            for (int shift = 28; shift >= 0; shift -= 4) {
                bytes[at++] = DIGITS[(int) (number >>> shift) & 15];
            }
        }
    }
}
