/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.tree;

import dev.wasmlinux.patchset.diff.Names;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes staged changes in a directory: all of them or none, even if the process dies in the middle
 * (the next one to patch the tree then takes everything back first). Against a failing disk or a
 * loss of power it promises nothing.
 */
public final class Commit {
    private static final Set<PosixFilePermission> PLAIN =
            PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<PosixFilePermission> EXECUTABLE =
            PosixFilePermissions.fromString("rwxr-xr-x");

    private final Path root;

    /** For the tree in a directory. */
    public Commit(Path root) {
        this.root = root.toAbsolutePath();
    }

    /**
     * Takes back what a process that died in the middle of a commit has done; nothing if none has.
     *
     * @throws IOException if another process is patching the tree now, or recovery fails
     */
    public void recover() throws IOException {
        if (Files.isDirectory(Journal.directory(root), LinkOption.NOFOLLOW_LINKS)) {
            FileChannel lock = lock();
            try {
                Journal.recover(root);
            } finally {
                lock.close();
            }
        }
    }

    /** Locks the journal's directory for as long as the channel is open. */
    private FileChannel lock() throws IOException {
        FileChannel channel =
                FileChannel.open(
                        Journal.directory(root).resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // Another thread of this process: reported below.
        }
        channel.close();
        throw new IOException(root + " is being patched by another process");
    }

    /**
     * Makes the changes.
     *
     * @param changes what each path becomes; empty: nothing
     * @param base the tree as it is
     * @throws IOException if something cannot be written; then nothing has changed
     */
    public void run(Map<String, Optional<Node>> changes, BaseTree base) throws IOException {
        List<Journal.Step> steps = new ArrayList<>();
        for (Map.Entry<String, Optional<Node>> change : changes.entrySet()) {
            Node there = base.lookup(change.getKey());
            boolean had = there != null && !(there instanceof Node.Directory);
            boolean gets = change.getValue().isPresent();
            if (had || gets) {
                steps.add(new Journal.Step(steps.size(), change.getKey(), had, gets));
            }
        }
        if (steps.isEmpty()) {
            return;
        }
        try {
            Files.createDirectory(Journal.directory(root));
        } catch (FileAlreadyExistsException e) {
            throw new IOException(root + " is being patched by another process", e);
        }
        FileChannel lock = lock();
        try {
            run(Journal.of(root, steps), changes);
        } finally {
            lock.close();
        }
    }

    private void run(Journal journal, Map<String, Optional<Node>> changes) throws IOException {
        boolean journalled = false;
        try {
            Path directory = Journal.directory(root);
            Files.createDirectory(directory.resolve("new"));
            Files.createDirectory(directory.resolve("old"));
            for (Journal.Step step : journal.steps()) {
                if (step.gets()) {
                    write(journal.fresh(step), changes.get(step.name()).orElseThrow());
                }
            }
            journal.write();
            journalled = true;
            journal.run();
        } catch (IOException | RuntimeException | Error e) {
            try {
                if (journalled) {
                    journal.rollBack();
                }
                Journal.tidy(root);
            } catch (IOException again) {
                // The journal stays, so that the next process can try.
                e.addSuppressed(again);
            }
            throw e;
        }
        Journal.tidy(root);
    }

    private static void write(Path file, Node node) throws IOException {
        if (node instanceof Node.Link link) {
            Files.createSymbolicLink(file, BytePaths.target(file, link.target()));
        } else if (node instanceof Node.File regular) {
            try (OutputStream out =
                    new BufferedOutputStream(
                            Files.newOutputStream(file, StandardOpenOption.CREATE_NEW))) {
                regular.content().copyTo(out);
            }
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.setPosixFilePermissions(file, permissions(regular));
            }
        } else {
            throw new IllegalStateException(Names.JOURNAL + ": cannot write " + node);
        }
    }

    /** What a file had, with execution where reading is allowed, or nowhere. */
    private static Set<PosixFilePermission> permissions(Node.File file) {
        if (file.permissions() == null) {
            return file.executable() ? EXECUTABLE : PLAIN;
        }
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        permissions.addAll(file.permissions());
        boolean was = permissions.contains(PosixFilePermission.OWNER_EXECUTE);
        if (was == file.executable()) {
            return permissions;
        }
        PosixFilePermission[][] pairs = {
            {PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_EXECUTE},
            {PosixFilePermission.GROUP_READ, PosixFilePermission.GROUP_EXECUTE},
            {PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_EXECUTE},
        };
        for (PosixFilePermission[] pair : pairs) {
            permissions.remove(pair[1]);
            if (file.executable() && permissions.contains(pair[0])) {
                permissions.add(pair[1]);
            }
        }
        return permissions;
    }
}
