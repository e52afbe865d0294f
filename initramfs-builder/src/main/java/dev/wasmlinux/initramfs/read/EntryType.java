/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

import dev.wasmlinux.initramfs.Node;

/** What the type bits of a mode say ({@code S_IFMT}, {@code include/uapi/linux/stat.h}). */
public enum EntryType {
    /** Regular file. */
    FILE('-', 0100000),
    /** Directory. */
    DIRECTORY('d', 0040000),
    /** Symbolic link. */
    SYMLINK('l', 0120000),
    /** Character device. */
    CHARACTER_DEVICE('c', 0020000),
    /** Block device. */
    BLOCK_DEVICE('b', 0060000),
    /** Named pipe. */
    FIFO('p', 0010000),
    /** Socket. */
    SOCKET('s', 0140000),
    /** Anything else; the kernel makes nothing of it. */
    UNKNOWN('?', 0);

    private static final EntryType[] ALL = values();

    private final char letter;
    private final int bits;

    EntryType(char letter, int bits) {
        this.letter = letter;
        this.bits = bits;
    }

    /** The letter of {@code ls -l}. */
    public char letter() {
        return letter;
    }

    /** The type of a mode. */
    public static EntryType of(long mode) {
        for (EntryType type : ALL) {
            if (type.bits == (mode & 0170000)) {
                return type;
            }
        }
        return UNKNOWN;
    }

    static EntryType of(Node node) {
        if (node instanceof Node.RegularFile) {
            return FILE;
        } else if (node instanceof Node.Directory) {
            return DIRECTORY;
        } else if (node instanceof Node.Symlink) {
            return SYMLINK;
        } else if (node instanceof Node.Device device) {
            return device.type() == Node.DeviceType.BLOCK ? BLOCK_DEVICE : CHARACTER_DEVICE;
        } else if (node instanceof Node.Fifo) {
            return FIFO;
        } else if (node instanceof Node.Socket) {
            return SOCKET;
        }
        return UNKNOWN;
    }

    /** The bits of the type in a mode. */
    int mode() {
        return bits;
    }

    /** Whether it is a device node. */
    public boolean isDevice() {
        return this == CHARACTER_DEVICE || this == BLOCK_DEVICE;
    }
}
