/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.report;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.FileContent;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.Node;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a tree's files weigh and which of them are the same. Immutable.
 *
 * @param files regular files by path, hard links left out
 * @param directorySizes bytes of the files in and below each directory, the root included
 */
public record ContentReport(List<FileReport> files, Map<ArchivePath, Long> directorySizes) {
    /** Copies both. */
    public ContentReport {
        files = List.copyOf(files);
        directorySizes = java.util.Collections.unmodifiableMap(new TreeMap<>(directorySizes));
    }

    /**
     * One file.
     *
     * @param path where
     * @param size bytes
     * @param sha256 digest of its bytes in lower-case hexadecimal
     */
    public record FileReport(ArchivePath path, long size, String sha256) {}

    /**
     * Files with the same bytes.
     *
     * @param sha256 their digest
     * @param size bytes of each
     * @param paths two or more
     */
    public record Duplicate(String sha256, long size, List<ArchivePath> paths) {
        /** Copies the list. */
        public Duplicate {
            paths = List.copyOf(paths);
        }

        /** Bytes that hard links would save. */
        public long wasted() {
            return size * (paths.size() - 1);
        }
    }

    /**
     * Something heavier than it should be.
     *
     * @param path a file or a directory
     * @param size its bytes, for a directory those of all files in and below it
     * @param budget what it may have
     */
    public record Excess(ArchivePath path, long size, long budget) {}

    /**
     * Reads all files of a tree.
     *
     * @throws IOException if a content cannot be read
     */
    public static ContentReport of(Initramfs tree) throws IOException {
        List<FileReport> files = new ArrayList<>();
        Map<ArchivePath, Long> sizes = new TreeMap<>();
        sizes.put(ArchivePath.ROOT, 0L);
        for (Map.Entry<ArchivePath, Node> entry : tree.asMap().entrySet()) {
            ArchivePath path = entry.getKey();
            if (entry.getValue() instanceof Node.Directory) {
                sizes.putIfAbsent(path, 0L);
            } else if (entry.getValue() instanceof Node.RegularFile file) {
                long size = file.content().size();
                files.add(new FileReport(path, size, sha256(file.content())));
                for (ArchivePath up = path; !up.isRoot(); ) {
                    up = up.parent();
                    sizes.merge(up, size, Long::sum);
                }
            }
        }
        return new ContentReport(files, sizes);
    }

    private static String sha256(FileContent content) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
        try (InputStream in = content.open()) {
            byte[] buffer = new byte[64 << 10];
            for (int got; (got = in.read(buffer)) >= 0; ) {
                digest.update(buffer, 0, got);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Bytes of all files. */
    public long totalSize() {
        return directorySizes.get(ArchivePath.ROOT);
    }

    /**
     * Compares files and directories with what they may weigh.
     *
     * @param budgets most bytes of each path; a path that is not there weighs nothing
     * @return those above it, in the order of the paths
     */
    public List<Excess> over(Map<ArchivePath, Long> budgets) {
        Map<ArchivePath, Long> sizes = new TreeMap<>(directorySizes);
        files.forEach(file -> sizes.put(file.path(), file.size()));
        List<Excess> excesses = new ArrayList<>();
        new TreeMap<>(budgets)
                .forEach(
                        (path, budget) -> {
                            long size = sizes.getOrDefault(path, 0L);
                            if (size > budget) {
                                excesses.add(new Excess(path, size, budget));
                            }
                        });
        return List.copyOf(excesses);
    }

    /** Files that are not empty and have the same bytes, those that waste most first. */
    public List<Duplicate> duplicates() {
        Map<String, List<FileReport>> byDigest = new LinkedHashMap<>();
        for (FileReport file : files) {
            if (file.size() > 0) {
                byDigest.computeIfAbsent(file.sha256(), key -> new ArrayList<>()).add(file);
            }
        }
        List<Duplicate> duplicates = new ArrayList<>();
        byDigest.forEach(
                (digest, same) -> {
                    if (same.size() > 1) {
                        duplicates.add(
                                new Duplicate(
                                        digest,
                                        same.get(0).size(),
                                        same.stream().map(FileReport::path).toList()));
                    }
                });
        duplicates.sort(Comparator.comparingLong(Duplicate::wasted).reversed());
        return List.copyOf(duplicates);
    }

    /** The report as JSON: total, files with size and digest, directories with size, duplicates. */
    public String toJson() {
        JsonWriter json = new JsonWriter();
        json.object();
        json.name("totalSize").value(totalSize());
        json.name("files").array();
        for (FileReport file : files) {
            json.object();
            json.name("path").value(file.path().toString());
            json.name("size").value(file.size());
            json.name("sha256").value(file.sha256());
            json.end();
        }
        json.end();
        json.name("directories").array();
        directorySizes.forEach(
                (path, size) -> {
                    json.object();
                    json.name("path").value(path.toString());
                    json.name("size").value(size);
                    json.end();
                });
        json.end();
        json.name("duplicates").array();
        for (Duplicate duplicate : duplicates()) {
            json.object();
            json.name("sha256").value(duplicate.sha256());
            json.name("size").value(duplicate.size());
            json.name("paths").array();
            duplicate.paths().forEach(path -> json.value(path.toString()));
            json.end();
            json.end();
        }
        json.end();
        json.end();
        return json.toString();
    }
}
