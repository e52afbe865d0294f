/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** A new file that appears under its name when it is complete, or not at all. */
final class AtomicFile implements Closeable {
    private static final AtomicLong COUNTER = new AtomicLong();

    /** Characters of the target's name in the other one, which may have 255 bytes. */
    private static final int MAX_START = 40;

    private static final Set<StandardOpenOption> NEW =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    private final Path target;
    private final Path part;
    private final FileChannel channel;

    private AtomicFile(Path target, Path part, FileChannel channel) {
        this.target = target;
        this.part = part;
        this.channel = channel;
    }

    /**
     * Opens a file with another name beside the target. A symlink that leads to a file stays, and a
     * file that is replaced keeps its permissions: it may have secrets.
     */
    static AtomicFile create(Path file) throws IOException {
        boolean replaces = Files.exists(file);
        if (replaces && !Files.isRegularFile(file)) {
            // As root one would replace /dev/stdout or /dev/null by a file.
            throw new FileSystemException(
                    file.toString(),
                    null,
                    "is no regular file; what is none can be written as a stream");
        }
        Path target = replaces ? file.toRealPath() : file;
        AtomicFile made = beside(target);
        if (replaces) {
            try {
                made.copyPermissions();
            } catch (IOException | RuntimeException e) {
                made.close();
                throw e;
            }
        }
        return made;
    }

    private void copyPermissions() throws IOException {
        // Not the file store's word: Java finds none in a chroot.
        if (target.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(part, Files.getPosixFilePermissions(target));
        }
    }

    private static AtomicFile beside(Path target) throws IOException {
        Path directory = target.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException(target + " names no file");
        }
        String name = target.getFileName().toString();
        String start = name.length() <= MAX_START ? name : name.substring(0, MAX_START);
        while (true) {
            // The time differs between processes, the count between threads.
            String unique = Long.toHexString(System.nanoTime() + COUNTER.incrementAndGet());
            Path part = directory.resolve("." + start + "." + unique + ".part");
            try {
                return new AtomicFile(target, part, FileChannel.open(part, NEW));
            } catch (FileAlreadyExistsException e) {
                // Somebody else's; the next name is another one.
            }
        }
    }

    /** What the bytes are written to. */
    FileChannel channel() {
        return channel;
    }

    /** Gives the file its name; nothing can be written any more. */
    void commit() throws IOException {
        channel.close();
        try {
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Deletes the file unless it has got its name. */
    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
