/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.tree;

import dev.wasmlinux.patchset.content.Content;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A tree in a directory. */
public final class DirectoryTree implements BaseTree {
    private final Path root;
    private final boolean posix;

    /**
     * Opens a tree.
     *
     * @throws NotDirectoryException if there is no such directory
     */
    public DirectoryTree(Path root) throws IOException {
        this.root = root.toAbsolutePath();
        if (!Files.isDirectory(this.root)) {
            throw new NotDirectoryException(root.toString());
        }
        this.posix = this.root.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    @Override
    public Node lookup(String path) throws IOException {
        Path file = BytePaths.resolve(root, path);
        BasicFileAttributes attributes;
        Set<PosixFilePermission> permissions = null;
        try {
            if (posix) {
                PosixFileAttributes all =
                        Files.readAttributes(
                                file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                permissions = all.permissions();
                attributes = all;
            } else {
                attributes =
                        Files.readAttributes(
                                file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            }
        } catch (NoSuchFileException e) {
            return null;
        } catch (FileSystemException e) {
            if (isNoDirectoryAbove(file)) {
                return null;
            }
            throw e;
        }
        if (attributes.isSymbolicLink()) {
            return new Node.Link(BytePaths.name(Files.readSymbolicLink(file)));
        }
        if (attributes.isDirectory()) {
            return new Node.Directory();
        }
        if (!attributes.isRegularFile()) {
            return new Node.Special();
        }
        boolean executable =
                permissions != null && permissions.contains(PosixFilePermission.OWNER_EXECUTE);
        return new Node.File(Content.of(file), executable, permissions);
    }

    private static boolean isNoDirectoryAbove(Path file) {
        Path parent = file.getParent();
        return parent != null && !Files.isDirectory(parent, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public List<String> leavesBelow(String directory) throws IOException {
        List<String> leaves = new ArrayList<>();
        Files.walkFileTree(
                BytePaths.resolve(root, directory),
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        leaves.add(BytePaths.name(root.relativize(file)));
                        return FileVisitResult.CONTINUE;
                    }
                });
        return leaves;
    }
}
