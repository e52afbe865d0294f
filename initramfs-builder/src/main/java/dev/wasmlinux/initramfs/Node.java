/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import java.util.Objects;

/** What an entry is: the seven kinds that the kernel's unpacker makes. All are immutable values. */
public sealed interface Node {
    /** A directory. */
    record Directory(Attributes attributes) implements Node {
        /** Checks for null. */
        public Directory {
            Objects.requireNonNull(attributes, "attributes");
        }
    }

    /** A regular file. */
    record RegularFile(FileContent content, Attributes attributes) implements Node {
        /** Checks for null. */
        public RegularFile {
            Objects.requireNonNull(content, "content");
            Objects.requireNonNull(attributes, "attributes");
        }
    }

    /**
     * A symbolic link.
     *
     * @param target any bytes without NUL, 1 to 4095 of them ({@code PATH_MAX}, do_header in {@code
     *     init/initramfs.c})
     * @param attributes owner and time; Linux ignores the permissions, 0777 by custom
     */
    record Symlink(ByteString target, Attributes attributes) implements Node {
        /**
         * @throws InvalidEntryException if the target is empty, too long or has a NUL
         */
        public Symlink {
            Objects.requireNonNull(attributes, "attributes");
            int length = target.length();
            if (length == 0 || length > ArchivePath.MAX_LENGTH) {
                throw new InvalidEntryException(
                        "symlink",
                        "target of "
                                + length
                                + " bytes, outside 1..4095 (init/initramfs.c do_header)");
            }
            if (target.indexOf(0, 0) >= 0) {
                throw new InvalidEntryException(
                        "symlink " + target, "target has a NUL byte (init/initramfs.c do_symlink)");
            }
        }
    }

    /**
     * Another name of a file, device, FIFO or socket of the same archive.
     *
     * @param target the entry whose inode this name shares; attributes and content are its own
     */
    record HardLink(ArchivePath target) implements Node {
        /** Checks for null. */
        public HardLink {
            Objects.requireNonNull(target, "target");
        }
    }

    /**
     * A device node.
     *
     * @param type block or character
     * @param major major number, 0 to 4095 ({@code MINORBITS} in {@code include/linux/kdev_t.h})
     * @param minor minor number, 0 to 1048575
     * @param attributes permissions, owner and time
     */
    record Device(DeviceType type, int major, int minor, Attributes attributes) implements Node {
        /** Largest major number. */
        public static final int MAX_MAJOR = 0xfff;

        /** Largest minor number. */
        public static final int MAX_MINOR = 0xfffff;

        /**
         * @throws InvalidEntryException if a number has more bits than the kernel keeps
         */
        public Device {
            Objects.requireNonNull(type, "type");
            Objects.requireNonNull(attributes, "attributes");
            if (major < 0 || major > MAX_MAJOR || minor < 0 || minor > MAX_MINOR) {
                throw new InvalidEntryException(
                        "device " + major + ":" + minor,
                        "outside 0..4095:0..1048575 (new_encode_dev, include/linux/kdev_t.h)");
            }
        }
    }

    /** A named pipe. */
    record Fifo(Attributes attributes) implements Node {
        /** Checks for null. */
        public Fifo {
            Objects.requireNonNull(attributes, "attributes");
        }
    }

    /** A socket. */
    record Socket(Attributes attributes) implements Node {
        /** Checks for null. */
        public Socket {
            Objects.requireNonNull(attributes, "attributes");
        }
    }

    /** The two kinds of device node. */
    enum DeviceType {
        /** Character device, {@code c}. */
        CHARACTER,
        /** Block device, {@code b}. */
        BLOCK
    }
}
