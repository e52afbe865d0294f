/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.archive;

import dev.wasmlinux.patchset.archive.TarReader.Entry;
import dev.wasmlinux.patchset.archive.TarReader.Owner;
import dev.wasmlinux.patchset.content.Content;
import dev.wasmlinux.patchset.diff.Names;
import dev.wasmlinux.patchset.tree.BytePaths;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Unpacks into a directory that appears when it is complete. Files get mode 755 or 644 and the
 * entry's time. Symbolic links are made last, so that nothing is written through one, and may not
 * lead out of the tree; devices and pipes are refused.
 */
public final class DirectorySink implements TreeSink {
    private final Path target;
    private final Path draft;
    private final Map<String, String> links = new TreeMap<>();
    private final TreeHardLinks hardLinks;
    private boolean finished;

    /** Where a hard link in the archive leads in the tree. */
    @FunctionalInterface
    public interface TreeHardLinks {
        /** The path in the tree, or null if it is not in it. */
        String path(String nameInArchive) throws IOException;
    }

    /**
     * Begins.
     *
     * @param target a directory that is missing or empty
     * @param hardLinks resolves hard links
     * @throws DirectoryNotEmptyException if there is something in it
     */
    public DirectorySink(Path target, TreeHardLinks hardLinks) throws IOException {
        this.target = target.toAbsolutePath().normalize();
        this.hardLinks = hardLinks;
        if (Files.exists(this.target, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> there = Files.list(this.target)) {
                if (there.findAny().isPresent()) {
                    throw new DirectoryNotEmptyException(target.toString());
                }
            }
        }
        Files.createDirectories(this.target.getParent());
        this.draft =
                Files.createTempDirectory(
                        this.target.getParent(), "." + this.target.getFileName() + ".");
        permissions(draft, true);
    }

    private static void permissions(Path path, boolean executable) throws IOException {
        if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(
                    path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
        }
    }

    @Override
    public void keep(TarReader reader, Entry entry, String path) throws IOException {
        if (path == null || path.isEmpty()) {
            return;
        }
        switch (entry.kind()) {
            case DIRECTORY -> directory(path, entry.owner(), entry.seconds());
            case SYMLINK -> link(path, entry.link(), entry.owner(), entry.seconds());
            case FILE -> {
                Path file = fresh(path);
                try (OutputStream out = create(file)) {
                    reader.copyContent(out);
                }
                complete(file, entry.executable(), entry.seconds());
            }
            case HARD_LINK -> {
                String to = hardLinks.path(entry.link());
                Path existing = to == null ? null : BytePaths.resolve(draft, to);
                if (existing == null || !Files.isRegularFile(existing, LinkOption.NOFOLLOW_LINKS)) {
                    throw new IOException(
                            "the hard link " + Names.show(entry.name()) + " leads to no file");
                }
                Files.copy(existing, fresh(path), StandardCopyOption.COPY_ATTRIBUTES);
            }
            default ->
                    throw new IOException(
                            Names.show(entry.name()) + " is neither file, directory nor link");
        }
    }

    private static OutputStream create(Path file) throws IOException {
        return new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW));
    }

    private static void complete(Path file, boolean executable, long seconds) throws IOException {
        permissions(file, executable);
        Files.setLastModifiedTime(file, FileTime.fromMillis(seconds * 1000));
    }

    /** The place of something new; a later entry of the same name counts. */
    private Path fresh(String path) throws IOException {
        Path file = BytePaths.resolve(draft, path);
        links.remove(path);
        if (!Files.deleteIfExists(file)) {
            parents(path);
        }
        return file;
    }

    private void parents(String path) throws IOException {
        int slash = path.lastIndexOf('/');
        if (slash > 0) {
            makeDirectory(path.substring(0, slash));
        }
    }

    private void makeDirectory(String path) throws IOException {
        Path directory = BytePaths.resolve(draft, path);
        if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        parents(path);
        Files.createDirectory(directory);
        permissions(directory, true);
    }

    @Override
    public void file(String path, int mode, Owner owner, long seconds, Content content)
            throws IOException {
        Path file = fresh(path);
        try (OutputStream out = create(file)) {
            content.copyTo(out);
        }
        complete(file, (mode & 0100) != 0, seconds);
    }

    @Override
    public void link(String path, String to, Owner owner, long seconds) throws IOException {
        int depth = path.split("/", -1).length - 1;
        boolean leaves = to.startsWith("/") || to.isEmpty();
        for (String part : to.split("/", -1)) {
            depth += part.equals("..") ? -1 : part.isEmpty() || part.equals(".") ? 0 : 1;
            leaves |= depth < 0;
        }
        if (leaves) {
            throw new IOException(
                    "the link " + Names.show(path) + " leads out of the tree: " + Names.show(to));
        }
        fresh(path);
        links.put(path, to);
    }

    @Override
    public void directory(String path, Owner owner, long seconds) throws IOException {
        makeDirectory(path);
    }

    @Override
    public void finish() throws IOException {
        for (Map.Entry<String, String> link : links.entrySet()) {
            Path path = BytePaths.resolve(draft, link.getKey());
            Files.createSymbolicLink(path, BytePaths.target(path, link.getValue()));
        }
        Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
        finished = true;
    }

    @Override
    public void close() throws IOException {
        if (finished) {
            return;
        }
        try (Stream<Path> walk = Files.walk(draft)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
