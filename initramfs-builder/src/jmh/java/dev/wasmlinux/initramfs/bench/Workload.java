/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.bench;

import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.source.DirectorySource;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
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
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveOutputStream;
import org.apache.commons.compress.archivers.cpio.CpioConstants;

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

    /** A file beside the tree. */
    Path out(String name) {
        return work.resolve(name);
    }

    /** The whole way of this library, from a directory to a file. */
    static void ours(Path source, Path image) throws IOException {
        Initramfs.builder()
                .addFrom(DirectorySource.of(source))
                .build()
                .writeTo(image, Compression.none());
    }

    /** commons-compress, with hard links as the format wants them: data on the last name. */
    static void commons(Path source, Path names, Path image) throws IOException {
        List<String> lines = Files.readAllLines(names);
        Map<Object, Integer> left = new HashMap<>();
        try (OutputStream file = Files.newOutputStream(image);
                OutputStream buffered = new BufferedOutputStream(file, 256 << 10);
                CpioArchiveOutputStream out = new CpioArchiveOutputStream(buffered)) {
            for (String name : lines) {
                Path path = source.resolve(name);
                Map<String, Object> values =
                        Files.readAttributes(path, "unix:mode,nlink,size,fileKey");
                boolean directory = Files.isDirectory(path);
                int links = (Integer) values.get("nlink");
                boolean last = true;
                CpioArchiveEntry entry = new CpioArchiveEntry(CpioConstants.FORMAT_NEW, name);
                if (!directory && links > 1) {
                    int number = left.merge(values.get("fileKey"), 1, Integer::sum);
                    last = number == links;
                    entry.setInode(values.get("fileKey").hashCode() & 0xffff_ffffL);
                    entry.setNumberOfLinks(links);
                }
                entry.setMode((Integer) values.get("mode"));
                entry.setTime(0);
                entry.setSize(directory || !last ? 0 : (Long) values.get("size"));
                out.putArchiveEntry(entry);
                if (!directory && last) {
                    try (InputStream in = Files.newInputStream(path)) {
                        in.transferTo(out);
                    }
                }
                out.closeArchiveEntry();
            }
        }
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
