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
    private static final int INODE = 6;
    private static final int MODE = 14;
    private static final int UID = 22;
    private static final int GID = 30;
    private static final int LINKS = 38;
    private static final int MODIFIED = 46;
    private static final int FILE_SIZE = 54;
    private static final int DEVICE_MAJOR = 62;
    private static final int DEVICE_MINOR = 70;
    private static final int SPECIAL_MAJOR = 78;
    private static final int SPECIAL_MINOR = 86;
    private static final int NAME_SIZE = 94;
    private static final int CHECKSUM = 102;

    private final byte[] bytes = new byte[SIZE + ArchivePath.MAX_LENGTH + 1 + 4];
    private final boolean checksummed;
    private final boolean likeGenInitCpio;

    NewcHeader(boolean checksummed, boolean likeGenInitCpio) {
        this.checksummed = checksummed;
        this.likeGenInitCpio = likeGenInitCpio;
        byte[] magic = (checksummed ? "070702" : "070701").getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(magic, 0, bytes, 0, magic.length);
    }

    boolean checksummed() {
        return checksummed;
    }

    /** The header, and the name as far as {@link #name} says. */
    byte[] bytes() {
        return bytes;
    }

    void clear() {
        Arrays.fill(bytes, INODE, SIZE, (byte) '0');
    }

    void inode(long value) {
        put(INODE, value);
        if (likeGenInitCpio) {
            put(DEVICE_MAJOR, 3);
            put(DEVICE_MINOR, 1);
        }
    }

    void attributes(int mode, long uid, long gid, long modified) {
        put(MODE, mode);
        put(UID, uid);
        put(GID, gid);
        put(MODIFIED, modified);
    }

    void links(int value) {
        put(LINKS, value);
    }

    void size(long value) {
        put(FILE_SIZE, value);
    }

    void device(int major, int minor) {
        put(SPECIAL_MAJOR, major);
        put(SPECIAL_MINOR, minor);
    }

    /**
     * Sets the name.
     *
     * @param field size of the name field, filled up with NULs
     * @return length of header and name, a multiple of 4
     */
    int name(ByteString name, int field) {
        put(NAME_SIZE, field);
        int length = SIZE + field + 3 & ~3;
        name.copyTo(bytes, SIZE);
        Arrays.fill(bytes, SIZE + name.length(), length, (byte) 0);
        return length;
    }

    void checksum(long value) {
        put(CHECKSUM, value);
    }

    private void put(int at, long value) {
        long rest = value;
        for (int i = at + 7; i >= at; i--) {
            bytes[i] = DIGITS[(int) rest & 15];
            rest >>>= 4;
        }
    }
}
