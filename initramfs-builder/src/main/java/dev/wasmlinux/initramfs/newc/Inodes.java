/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.newc;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.Attributes;
import dev.wasmlinux.initramfs.InvalidEntryException;
import dev.wasmlinux.initramfs.Node;
import dev.wasmlinux.initramfs.WriteOptions;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Which names share an inode, and the number of each; given numbers first, the others in order. */
final class Inodes {
    private final Map<ArchivePath, Long> given;
    private final Set<Long> taken = new HashSet<>();
    private final Map<ArchivePath, Group> groups = new HashMap<>();
    private long next;

    /** The names of one inode that has several. */
    static final class Group {
        private int names = 1;
        private int written;
        private long number = -1;

        /** How many names there are. */
        int names() {
            return names;
        }

        /** Counts a name as written; true for the last one. */
        boolean isLast() {
            written++;
            return written == names;
        }
    }

    /**
     * @throws InvalidEntryException if given numbers do not fit the hard links or the format
     */
    Inodes(Map<ArchivePath, Node> nodes, WriteOptions options) {
        given = options.inodes();
        next = options.firstInode();
        for (Node node : nodes.values()) {
            if (node instanceof Node.HardLink link) {
                count(link.target());
            }
        }
        Map<Long, ArchivePath> owners = new HashMap<>();
        for (Map.Entry<ArchivePath, Long> entry : given.entrySet()) {
            ArchivePath path = entry.getKey();
            Node node = nodes.get(path);
            if (node != null) {
                ArchivePath inode = node instanceof Node.HardLink link ? link.target() : path;
                take(path, inode, entry.getValue(), owners);
            }
        }
        if (next + nodes.size() + taken.size() > Attributes.FIELD_MAX) {
            throw new InvalidEntryException(".", "inode numbers from " + next + " pass 2^32-1");
        }
    }

    private void count(ArchivePath inode) {
        Group group = groups.get(inode);
        if (group == null) {
            group = new Group();
            groups.put(inode, group);
        }
        group.names++;
    }

    private void take(
            ArchivePath path, ArchivePath inode, long number, Map<Long, ArchivePath> owners) {
        if (number < 0 || number > Attributes.FIELD_MAX) {
            throw new InvalidEntryException(
                    path.toString(), "inode " + number + " is outside 0..2^32-1");
        }
        ArchivePath other = owners.putIfAbsent(number, inode);
        if (other != null && !other.equals(inode)) {
            throw new InvalidEntryException(
                    path.toString(), "inode " + number + " is that of " + other);
        }
        taken.add(number);
        Group group = groups.get(inode);
        if (group != null) {
            if (group.number >= 0 && group.number != number) {
                throw new InvalidEntryException(
                        path.toString(), "hard links with two inode numbers");
            }
            group.number = number;
        }
    }

    /** The names that share a path's inode, or null if it is the only one. */
    Group group(ArchivePath inode) {
        return groups.isEmpty() ? null : groups.get(inode);
    }

    /** The number of an entry with one name, to be asked once. */
    long number(ArchivePath path) {
        Long number = given.get(path);
        if (number != null) {
            return number;
        }
        while (!taken.isEmpty() && taken.contains(next)) {
            next++;
        }
        return next++;
    }

    /** The number of an entry with several names. */
    long number(ArchivePath inode, Group group) {
        if (group.number < 0) {
            group.number = number(inode);
        }
        return group.number;
    }
}
