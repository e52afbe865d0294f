/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import dev.wasmlinux.patchset.tree.BytePaths;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Small trees as maps for tests: a path (a byte string) and a text that says what is there: {@code
 * "-"} or {@code "x"} and the content's bytes for a file, {@code "@"} and the target for a link.
 */
final class Trees {
    private Trees() {}

    static String file(String content) {
        return "-" + content;
    }

    /** Writes a tree into a directory, which is made. */
    static void write(Path root, Map<String, String> tree) throws IOException {
        Files.createDirectories(root);
        for (Map.Entry<String, String> entry : tree.entrySet()) {
            Path path = BytePaths.resolve(root, entry.getKey());
            Files.createDirectories(path.getParent());
            char kind = entry.getValue().charAt(0);
            String rest = entry.getValue().substring(1);
            if (kind == '@') {
                Files.createSymbolicLink(path, Path.of(rest));
            } else {
                Files.write(path, rest.getBytes(StandardCharsets.ISO_8859_1));
                Files.setPosixFilePermissions(
                        path,
                        PosixFilePermissions.fromString(kind == 'x' ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
    }

    /** Reads a tree from a directory; a {@code .git} directory is left out. */
    static SortedMap<String, String> read(Path root) throws IOException {
        SortedMap<String, String> tree = new TreeMap<>();
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a)
                            throws IOException {
                        if (dir.endsWith(".git")) {
                            return FileVisitResult.SKIP_SUBTREE;
                        }
                        try (var children = Files.list(dir)) {
                            if (!dir.equals(root) && children.findAny().isEmpty()) {
                                tree.put(BytePaths.name(root.relativize(dir)) + "/", "d");
                            }
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes a)
                            throws IOException {
                        tree.put(BytePaths.name(root.relativize(file)), describe(file));
                        return FileVisitResult.CONTINUE;
                    }
                });
        return tree;
    }

    private static String describe(Path file) throws IOException {
        if (Files.isSymbolicLink(file)) {
            return "@" + Files.readSymbolicLink(file);
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return "?";
        }
        return (Files.isExecutable(file) ? "x" : "-")
                + new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    }
}
