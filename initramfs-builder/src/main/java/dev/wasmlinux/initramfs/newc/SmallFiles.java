/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.newc;

import dev.wasmlinux.initramfs.content.Contents;
import dev.wasmlinux.initramfs.content.Workers;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;

/**
 * Reads small files on other threads, a few batches ahead of the writer and in its order: opening a
 * file costs more than copying it. Memory is bounded by the batches; what goes wrong with a file is
 * told when the writer comes to it.
 */
final class SmallFiles implements Closeable {
    /** Longest file taken, in bytes. */
    static final int MOST = 64 << 10;

    /** Room behind a file: a byte that tells that it has grown, or the writer's padding. */
    private static final int GAP = 4;

    private static final int BATCH_BYTES = 256 << 10;
    private static final int BATCH_FILES = 256;

    /** Fewer files are read before a thread has started. */
    private static final int WORTH_THREADS = 64;

    private final Iterator<Contents.OfFile> files;
    private final Workers workers;
    private final int ahead;
    private final Deque<Future<Batch>> pending = new ArrayDeque<>();
    private final Deque<Batch> free = new ArrayDeque<>();
    private Contents.OfFile held;
    private Batch current;

    /**
     * @param files what the writer will ask for, each at most {@link #MOST} long
     * @param count how many they are
     */
    SmallFiles(Iterator<Contents.OfFile> files, int count) {
        this.files = files;
        int threads = count < WORTH_THREADS ? 0 : Workers.useful();
        workers = Workers.of(threads, "initramfs-read");
        ahead = threads + 1;
    }

    /** Goes on to the next file; its bytes are valid until the next call. */
    Batch next() throws IOException {
        if (current != null && ++current.at == current.files.size()) {
            free.add(current);
            current = null;
        }
        if (current == null) {
            while (pending.size() < ahead && fill()) {
                // Another batch is on its way.
            }
            current = Workers.await(pending.remove());
        }
        if (current.failures[current.at] != null) {
            throw current.failures[current.at];
        }
        return current;
    }

    private boolean fill() {
        if (held == null && !files.hasNext()) {
            return false;
        }
        Batch batch = free.isEmpty() ? new Batch() : free.remove();
        batch.clear();
        int used = 0;
        while (batch.files.size() < BATCH_FILES && (held != null || files.hasNext())) {
            if (held == null) {
                held = files.next();
            }
            int size = (int) held.size();
            if (used + size + GAP > BATCH_BYTES) {
                break;
            }
            batch.offsets[batch.files.size()] = used;
            batch.files.add(held);
            held = null;
            used += size + GAP;
        }
        pending.add(workers.submit(batch));
        return true;
    }

    @Override
    public void close() {
        workers.close();
    }

    /** Files read together, and which of them the writer is at. */
    static final class Batch implements Callable<Batch> {
        private final List<Contents.OfFile> files = new ArrayList<>();
        private final int[] offsets = new int[BATCH_FILES];
        private final int[] lengths = new int[BATCH_FILES];
        private final IOException[] failures = new IOException[BATCH_FILES];
        private final byte[] bytes = new byte[BATCH_BYTES];
        private int at;

        private void clear() {
            files.clear();
            Arrays.fill(failures, null);
            at = 0;
        }

        @Override
        public Batch call() {
            for (int i = 0; i < files.size(); i++) {
                try {
                    lengths[i] = read(files.get(i), offsets[i]);
                } catch (IOException e) {
                    failures[i] = e;
                }
            }
            return this;
        }

        private int read(Contents.OfFile file, int offset) throws IOException {
            int size = (int) file.size();
            int got = 0;
            try (InputStream in = file.open()) {
                // A file that gives no more than it should, when asked for it, is at its end.
                while (got < size) {
                    int step = in.read(bytes, offset + got, size + 1 - got);
                    if (step < 0) {
                        break;
                    }
                    got += step;
                }
            }
            return got;
        }

        /** The array with the current file's bytes, and three more that the writer may change. */
        byte[] bytes() {
            return bytes;
        }

        /** Where they start. */
        int offset() {
            return offsets[at];
        }

        /** How many were there; at most one more than the file should have. */
        int length() {
            return lengths[at];
        }
    }
}
