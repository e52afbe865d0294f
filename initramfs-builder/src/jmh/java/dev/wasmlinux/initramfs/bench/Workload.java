/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.bench;

import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.source.DirectorySource;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** A tree of files, and what the contenders make of it. */
final class Workload implements AutoCloseable {
    private final Path work;

    /** The tree. */
    final Path source;

    /** Its relative names, one a line, parents first. */
    final Path names;

    /** The tree in the kernel's list format. */
    final Path list;

    private Workload(Path work) {
        this.work = work;
        source = work.resolve("tree");
        names = work.resolve("names");
        list = work.resolve("list");
    }

    /**
     * Makes a tree below a directory.
     *
     * @param kind large (16 files of 64 MiB), medium (16 384 of 64 KiB), small (100 000 of some
     *     KiB) or links (400 names of 2 MiB)
     * @param percent how much of that
     */
    static Workload make(Path below, String kind, int percent) throws IOException {
        Workload workload = new Workload(Files.createTempDirectory(below, "initramfs-bench"));
        Files.createDirectory(workload.source);
        Files.createDirectory(workload.work.resolve("out"));
        Random random = new Random(1);
        switch (kind) {
            case "large" -> workload.files(16, 16, random, (64 << 20) / 100 * percent, 0);
            case "medium" -> workload.files(16_384 / 100 * percent, 100, random, 64 << 10, 0);
            case "small" -> workload.files(1000 * percent, 100, random, 200, 4000);
            case "links" -> {
                workload.files(1, 1, random, 2 << 20, 0);
                for (int i = 0; i < 4 * percent; i++) {
                    Files.createLink(
                            workload.source.resolve("link" + i),
                            workload.source.resolve("d0/f0"));
                }
            }
            default -> throw new IllegalArgumentException("no workload '" + kind + "'");
        }
        workload.writeNames();
        return workload;
    }

    private void files(int count, int perDirectory, Random random, int size, int spread)
            throws IOException {
        for (int i = 0; i < count; i++) {
            Path directory = source.resolve("d" + i / perDirectory);
            if (i % perDirectory == 0) {
                Files.createDirectory(directory);
            }
            int left = size + (spread == 0 ? 0 : random.nextInt(spread));
            try (OutputStream out = Files.newOutputStream(directory.resolve("f" + i))) {
                while (left > 0) {
                    byte[] bytes = new byte[Math.min(left, 64 << 10)];
                    random.nextBytes(bytes);
                    out.write(bytes);
                    left -= bytes.length;
                }
            }
        }
    }

    private void writeNames() throws IOException {
        try (Stream<Path> files = Files.walk(source)) {
            List<String> lines =
                    files.filter(file -> !file.equals(source))
                            .map(file -> source.relativize(file).toString())
                            .sorted()
                            .toList();
            Files.write(names, lines);
        }
        Map<Object, String> inodes = new HashMap<>();
        Map<String, StringBuilder> lines = new LinkedHashMap<>();
        for (String name : Files.readAllLines(names)) {
            Path file = source.resolve(name);
            if (Files.isDirectory(file)) {
                lines.put(name, new StringBuilder("dir /" + name + " 755 0 0"));
                continue;
            }
            String first = inodes.putIfAbsent(Files.getAttribute(file, "unix:fileKey"), name);
            if (first == null) {
                lines.put(name, new StringBuilder("file /" + name + " " + file + " 644 0 0"));
            } else {
                lines.get(first).append(" /").append(name);
            }
        }
        Files.write(list, lines.values());
    }

    /** A file for what a contender makes of the tree. */
    Path out(String name) {
        return work.resolve("out").resolve(name);
    }

    /** Deletes what the contenders made. */
    void deleteOutputs() throws IOException {
        try (Stream<Path> files = Files.list(work.resolve("out"))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    /** The whole way of this library, from a directory to a file. */
    static void ours(Path source, Path image) throws IOException {
        Initramfs.builder()
                .addFrom(DirectorySource.of(source))
                .build()
                .writeTo(image, Compression.none());
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(work)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
