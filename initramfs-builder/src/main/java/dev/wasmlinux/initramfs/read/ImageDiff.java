/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.Attributes;
import dev.wasmlinux.initramfs.FileContent;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.Node;
import dev.wasmlinux.initramfs.source.ContentStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Compares what two images unpack to; order, compression and inode numbers do not count. */
public final class ImageDiff {
    private ImageDiff() {}

    /** How a path differs. */
    public enum Kind {
        /** Only in the first image. */
        REMOVED,
        /** Only in the second image. */
        ADDED,
        /** In both, and not the same. */
        CHANGED
    }

    /**
     * One differing path.
     *
     * @param path where
     * @param kind how
     * @param details for a change, what changed: {@code mode 0644 -> 0755}
     */
    public record Difference(ArchivePath path, Kind kind, List<String> details) {
        /** Copies the list. */
        public Difference {
            details = List.copyOf(details);
        }

        /** One line: {@code - path}, {@code + path} or {@code ! path: details}. */
        @Override
        public String toString() {
            return switch (kind) {
                case REMOVED -> "- " + path;
                case ADDED -> "+ " + path;
                case CHANGED -> "! " + path + ": " + String.join(", ", details);
            };
        }
    }

    /**
     * Compares two image files.
     *
     * @return the differences by path; none if both unpack to the same tree
     * @throws IOException if reading fails
     */
    public static List<Difference> compare(Path first, Path second) throws IOException {
        try (ContentStore store = ContentStore.open();
                ImageIndex a = ImageIndex.open(first, ReadLimits.defaults(), store);
                ImageIndex b = ImageIndex.open(second, ReadLimits.defaults(), store)) {
            return compare(a.tree(), b.tree());
        }
    }

    /** Compares two trees; contents are read only where their lengths agree. */
    public static List<Difference> compare(Initramfs first, Initramfs second) throws IOException {
        List<Difference> differences = new ArrayList<>();
        Map<ArchivePath, Node> a = first.asMap();
        Map<ArchivePath, Node> b = second.asMap();
        Map<ArchivePath, ArchivePath> leadersA = leaders(a);
        Map<ArchivePath, ArchivePath> leadersB = leaders(b);
        TreeSet<ArchivePath> paths = new TreeSet<>(a.keySet());
        paths.addAll(b.keySet());
        for (ArchivePath path : paths) {
            if (!b.containsKey(path)) {
                differences.add(new Difference(path, Kind.REMOVED, List.of()));
            } else if (!a.containsKey(path)) {
                differences.add(new Difference(path, Kind.ADDED, List.of()));
            } else {
                List<String> details = new ArrayList<>();
                links(path, leader(a, leadersA, path), leader(b, leadersB, path), details);
                node(first, second, path, details);
                if (!details.isEmpty()) {
                    differences.add(new Difference(path, Kind.CHANGED, details));
                }
            }
        }
        return differences;
    }

    private static void node(
            Initramfs first, Initramfs second, ArchivePath path, List<String> details)
            throws IOException {
        Node a = first.findInode(path).orElseThrow();
        Node b = second.findInode(path).orElseThrow();
        if (a.getClass() != b.getClass()) {
            details.add("type " + kind(a) + " -> " + kind(b));
            return;
        }
        attributes(attributes(a), attributes(b), details);
        if (a instanceof Node.RegularFile fileA && b instanceof Node.RegularFile fileB) {
            content(fileA.content(), fileB.content(), details);
        } else if (a instanceof Node.Symlink linkA && b instanceof Node.Symlink linkB) {
            if (!linkA.target().equals(linkB.target())) {
                details.add("target " + linkA.target() + " -> " + linkB.target());
            }
        } else if (a instanceof Node.Device deviceA && b instanceof Node.Device deviceB) {
            String textA = deviceA.type() + " " + deviceA.major() + ":" + deviceA.minor();
            String textB = deviceB.type() + " " + deviceB.major() + ":" + deviceB.minor();
            if (!textA.equals(textB)) {
                details.add("device " + textA + " -> " + textB);
            }
        }
    }

    /** For each inode with several names, its first name in the order of paths. */
    private static Map<ArchivePath, ArchivePath> leaders(Map<ArchivePath, Node> nodes) {
        Map<ArchivePath, ArchivePath> leaders = new HashMap<>();
        nodes.forEach(
                (path, node) -> {
                    if (node instanceof Node.HardLink link) {
                        ArchivePath target = link.target();
                        ArchivePath first = leaders.getOrDefault(target, target);
                        leaders.put(target, path.compareTo(first) < 0 ? path : first);
                    }
                });
        return leaders;
    }

    private static ArchivePath leader(
            Map<ArchivePath, Node> nodes, Map<ArchivePath, ArchivePath> leaders, ArchivePath path) {
        ArchivePath inode = nodes.get(path) instanceof Node.HardLink link ? link.target() : path;
        return leaders.getOrDefault(inode, inode);
    }

    private static void links(
            ArchivePath path, ArchivePath leaderA, ArchivePath leaderB, List<String> details) {
        if (!leaderA.equals(leaderB)) {
            details.add("links " + text(path, leaderA) + " -> " + text(path, leaderB));
        }
    }

    private static String text(ArchivePath path, ArchivePath leader) {
        return path.equals(leader) ? "none" : "to " + leader;
    }

    private static String kind(Node node) {
        return node.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
    }

    private static Attributes attributes(Node node) {
        if (node instanceof Node.RegularFile file) {
            return file.attributes();
        } else if (node instanceof Node.Directory directory) {
            return directory.attributes();
        } else if (node instanceof Node.Symlink link) {
            return link.attributes();
        } else if (node instanceof Node.Device device) {
            return device.attributes();
        } else if (node instanceof Node.Fifo fifo) {
            return fifo.attributes();
        } else if (node instanceof Node.Socket socket) {
            return socket.attributes();
        }
        throw new IllegalArgumentException("a hard link has no attributes of its own");
    }

    private static void attributes(Attributes a, Attributes b, List<String> details) {
        if (a.permissions() != b.permissions()) {
            details.add(
                    "mode 0"
                            + Integer.toOctalString(a.permissions())
                            + " -> 0"
                            + Integer.toOctalString(b.permissions()));
        }
        if (a.uid() != b.uid()) {
            details.add("uid " + a.uid() + " -> " + b.uid());
        }
        if (a.gid() != b.gid()) {
            details.add("gid " + a.gid() + " -> " + b.gid());
        }
        if (a.modified() != b.modified()) {
            details.add("time " + a.modified() + " -> " + b.modified());
        }
    }

    private static void content(FileContent a, FileContent b, List<String> details)
            throws IOException {
        if (a.size() != b.size()) {
            details.add("size " + a.size() + " -> " + b.size());
            return;
        }
        byte[] bufferA = new byte[32 << 10];
        byte[] bufferB = new byte[32 << 10];
        try (InputStream inA = a.open();
                InputStream inB = b.open()) {
            long at = 0;
            while (true) {
                int gotA = inA.readNBytes(bufferA, 0, bufferA.length);
                int gotB = inB.readNBytes(bufferB, 0, bufferB.length);
                int different = Arrays.mismatch(bufferA, 0, gotA, bufferB, 0, gotB);
                if (different >= 0) {
                    details.add("content from byte " + (at + different));
                    return;
                }
                if (gotA == 0) {
                    return;
                }
                at += gotA;
            }
        }
    }
}
