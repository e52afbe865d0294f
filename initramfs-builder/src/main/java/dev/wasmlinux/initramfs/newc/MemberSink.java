/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.newc;

import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.WriteOptions;
import dev.wasmlinux.initramfs.compress.Encoders;
import dev.wasmlinux.initramfs.content.Workers;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Future;

/**
 * Compresses an archive as members that end where entries end, several at a time.
 *
 * <p>A member that outgrows its buffer inside one large entry is compressed as a stream on the
 * caller's thread, so that memory stays at some four member sizes a thread.
 */
final class MemberSink implements ArchiveSink, Closeable {
    private final Compression compression;
    private final int memberSize;
    private final int threads;
    private final OutputStream out;
    private final Workers workers;
    private final Deque<Future<Part>> pending = new ArrayDeque<>();
    private final Deque<Part> free = new ArrayDeque<>();
    private Part part;
    private OutputStream large;
    private int members;

    MemberSink(WriteOptions options, OutputStream out) {
        this.compression = options.compression();
        this.memberSize = options.memberSize();
        this.threads = options.threads();
        this.out = out;
        this.part = new Part(2 * memberSize);
        this.workers = Workers.of(threads == 1 ? 0 : threads, "initramfs-compress");
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        if (large == null && part.used + length > part.bytes.length) {
            drainPending(0);
            large = Encoders.open(compression, out);
            large.write(part.bytes, 0, part.used);
            part.used = 0;
        }
        if (large != null) {
            large.write(bytes, from, length);
        } else {
            System.arraycopy(bytes, from, part.bytes, part.used, length);
            part.used += length;
        }
    }

    @Override
    public long transferFrom(FileChannel source, long offset, long count) throws IOException {
        byte[] scratch = new byte[(int) Math.min(count, 64 << 10)];
        long done = 0;
        while (done < count) {
            int wanted = (int) Math.min(scratch.length, count - done);
            int step = source.read(ByteBuffer.wrap(scratch, 0, wanted), offset + done);
            if (step < 0) {
                break;
            }
            write(scratch, 0, step);
            done += step;
        }
        return done;
    }

    @Override
    public void entryEnd() throws IOException {
        if (large != null) {
            large.close();
            large = null;
            members++;
        } else if (part.used >= memberSize) {
            submit();
        }
    }

    /** Ends the last member; returns how many there are. */
    int finish() throws IOException {
        if (large != null) {
            entryEnd();
        } else if (part.used > 0) {
            submit();
        }
        drainPending(0);
        return members;
    }

    private void submit() throws IOException {
        members++;
        if (!workers.parallel()) {
            try (OutputStream encoder = Encoders.open(compression, out)) {
                encoder.write(part.bytes, 0, part.used);
            }
            part.used = 0;
            return;
        }
        drainPending(threads - 1);
        Part full = part;
        pending.add(workers.submit(() -> full.compress(compression)));
        part = free.isEmpty() ? new Part(2 * memberSize) : free.remove();
    }

    /** A member before and after its compression; used again, as such large arrays are a burden. */
    private static final class Part {
        private final byte[] bytes;
        private final ByteArrayOutputStream packed = new ByteArrayOutputStream();
        private int used;

        Part(int size) {
            bytes = new byte[size];
        }

        Part compress(Compression compression) throws IOException {
            try (OutputStream encoder = Encoders.open(compression, packed)) {
                encoder.write(bytes, 0, used);
            }
            return this;
        }

        void writeTo(OutputStream out) throws IOException {
            packed.writeTo(out);
            packed.reset();
            used = 0;
        }
    }

    private void drainPending(int leave) throws IOException {
        while (pending.size() > leave) {
            Part packed = Workers.await(pending.remove());
            packed.writeTo(out);
            free.add(packed);
        }
    }

    /** After a failure a member may be under way, with all its memory; its end is near. */
    @Override
    public void close() {
        workers.closeAndWait();
    }
}
