/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Whole directory trees: deletion, copies, atomic placement. Symbolic links are never followed. */
public final class Trees {
    private Trees() {}

    /**
     * Deletes a tree; does nothing if it does not exist.
     *
     * @param root file, link or directory
     * @throws IOException if something of it cannot be deleted
     */
    public static void delete(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a)
                            throws IOException {
                        Set<PosixFilePermission> now = Files.getPosixFilePermissions(dir);
                        if (!now.contains(PosixFilePermission.OWNER_WRITE)) {
                            Set<PosixFilePermission> more = EnumSet.copyOf(now);
                            more.add(PosixFilePermission.OWNER_WRITE);
                            Files.setPosixFilePermissions(dir, more);
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes a)
                            throws IOException {
                        Files.deleteIfExists(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException e)
                            throws IOException {
                        if (e instanceof NoSuchFileException) {
                            return FileVisitResult.CONTINUE;
                        }
                        throw e;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path dir, IOException e)
                            throws IOException {
                        if (e != null) {
                            throw e;
                        }
                        Files.deleteIfExists(dir);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    /**
     * Copies a tree with modes and times; links stay links. The target is created, and files that
     * are there already are replaced.
     *
     * @param from file or directory
     * @param to where it goes
     * @throws IOException if reading or writing fails
     */
    public static void copy(Path from, Path to) throws IOException {
        if (!Files.isDirectory(from, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(to.toAbsolutePath().getParent());
            copyFile(from, to);
            return;
        }
        Files.walkFileTree(
                from,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a)
                            throws IOException {
                        Files.createDirectories(to.resolve(from.relativize(dir).toString()));
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes a)
                            throws IOException {
                        copyFile(file, to.resolve(from.relativize(file).toString()));
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    private static void copyFile(Path from, Path to) throws IOException {
        Files.copy(
                from,
                to,
                StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.COPY_ATTRIBUTES,
                LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * All files and links below a directory, sorted by path, so that every listing made from it is
     * the same on every machine.
     *
     * @param root directory
     * @return paths relative to it, directories left out
     * @throws IOException if reading fails
     */
    public static List<Path> files(Path root) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
                        found.add(root.relativize(file));
                        return FileVisitResult.CONTINUE;
                    }
                });
        found.sort((a, b) -> a.toString().compareTo(b.toString()));
        return found;
    }

    /**
     * Writes files and directories of a tree through to the disk.
     *
     * @param root tree
     * @throws IOException if the disk is full or fails
     */
    public static void sync(Path root) throws IOException {
        for (Path file : files(root)) {
            Path path = root.resolve(file);
            if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                syncFile(path);
            }
        }
    }

    /**
     * Writes one file through to the disk.
     *
     * @param file regular file
     * @throws IOException if the disk is full or fails
     */
    public static void syncFile(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /**
     * Renames without a moment in which the target is half there.
     *
     * @param from file or directory
     * @param to its new name in the same file system
     * @throws IOException if the target is a non-empty directory or renaming fails
     */
    public static void place(Path from, Path to) throws IOException {
        Files.createDirectories(to.toAbsolutePath().getParent());
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("cannot rename " + from + " to " + to + " atomically", e);
        }
    }

    /**
     * Writes a small file so that readers see the old or the new text, never a part.
     *
     * @param file target
     * @param text new contents, written as UTF-8
     * @throws IOException if writing fails
     */
    public static void writeAtomically(Path file, String text) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        Files.createDirectories(parent);
        Path temporary = Files.createTempFile(parent, "." + file.getFileName(), ".tmp");
        try {
            Files.writeString(temporary, text);
            syncFile(temporary);
            place(temporary, file);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
