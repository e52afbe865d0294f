/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * An exclusive lock between processes and between threads of one process.
 *
 * <p>The lock is an advisory lock on a file that is never deleted. The operating system drops it
 * when its process dies, whatever way, so a crashed driver never blocks the next one. While held,
 * the file's text names the holder; the text that the previous holder left is kept for whoever
 * wants to clean up after it.
 */
public final class FileLocks implements AutoCloseable {
    /** Java refuses overlapping file locks inside one process, so threads queue here first. */
    private static final Map<Path, Semaphore> LOCAL = new ConcurrentHashMap<>();

    private static final long POLL_MILLIS = 50;

    private final Semaphore local;
    private final FileChannel channel;
    private final String previousNote;

    private FileLocks(Semaphore local, FileChannel channel, String previousNote) {
        this.local = local;
        this.channel = channel;
        this.previousNote = previousNote;
    }

    /**
     * Takes the lock, waiting for it as long as needed.
     *
     * @param file lock file; created with its directories if needed
     * @param onWait called once, before waiting, if somebody else holds the lock
     * @return the held lock
     * @throws IOException if the file cannot be created or locked
     * @throws InterruptedException if interrupted while waiting; the lock is not held then
     */
    public static FileLocks acquire(Path file, Runnable onWait)
            throws IOException, InterruptedException {
        Path absolute = file.toAbsolutePath().normalize();
        Files.createDirectories(absolute.getParent());
        Semaphore local = LOCAL.computeIfAbsent(absolute, path -> new Semaphore(1, true));
        boolean told = false;
        if (!local.tryAcquire()) {
            told = true;
            onWait.run();
            local.acquire();
        }
        FileChannel channel = null;
        try {
            channel =
                    FileChannel.open(
                            absolute,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            while (lock == null) {
                if (!told) {
                    told = true;
                    onWait.run();
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
                lock = channel.tryLock();
            }
            return new FileLocks(local, channel, read(channel));
        } catch (IOException | InterruptedException | RuntimeException e) {
            if (channel != null) {
                channel.close();
            }
            local.release();
            throw e;
        }
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(channel.size(), 4096));
        while (buffer.hasRemaining() && channel.read(buffer, buffer.position()) > 0) {
            // read on
        }
        return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    }

    /** What the previous holder had noted last; empty if nothing. */
    public String previousNote() {
        return previousNote;
    }

    /**
     * Leaves a text for whoever takes the lock next, also if this process dies.
     *
     * @param text at most 4096 bytes of UTF-8; empty if there is nothing to clean up
     * @throws IOException if it cannot be written
     */
    public void note(String text) throws IOException {
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
    }

    /** Releases the lock. */
    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            local.release();
        }
    }
}
