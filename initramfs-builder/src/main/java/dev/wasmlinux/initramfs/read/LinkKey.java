/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

/**
 * What makes two names one inode inside an archive (find_link in {@code init/initramfs.c}).
 *
 * @param archive the archive: a trailer ends the kernel's memory of inodes
 * @param inode inode number
 * @param device device it counts on
 * @param type type of the entries
 */
record LinkKey(int archive, long inode, ArchiveEntry.DeviceNumber device, EntryType type) {
    static LinkKey of(ArchiveEntry entry) {
        return new LinkKey(entry.location().archive(), entry.inode(), entry.device(), entry.type());
    }

    /** Whether the kernel would look for other names of an entry. */
    static boolean isLinked(ArchiveEntry entry) {
        return entry.links() >= 2
                && entry.type() != EntryType.DIRECTORY
                && entry.type() != EntryType.SYMLINK;
    }
}
