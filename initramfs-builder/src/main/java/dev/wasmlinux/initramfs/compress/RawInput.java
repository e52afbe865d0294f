/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.compress;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Objects;

/**
 * The bytes of an image with a known position and a look ahead, so that every decoder takes exactly
 * what belongs to its member. Not thread safe.
 */
public final class RawInput extends InputStream {
    private static final int BUFFER = 64 << 10;

    /** First bytes after a skip: a header, and not many more if another skip follows. */
    private static final int AFTER_SKIP = 1 << 10;

    /** Skips shorter than this cost less when what they pass is read. */
    private static final int FAR = 32 << 10;

    private final InputStream stream;
    private final FileChannel channel;
    private final Closeable owned;
    private byte[] buffer;
    private int from;
    private int to;
    private long bufferEnd;
    private long size = -1;
    private int nextRead;
    private boolean atEnd;
    private IOException failure;

    private RawInput(InputStream stream, FileChannel channel, long start, Closeable owned) {
        this.stream = stream;
        this.channel = channel;
        this.bufferEnd = start;
        this.owned = owned;
        this.nextRead = channel == null ? BUFFER : AFTER_SKIP;
        this.buffer = new byte[channel == null ? BUFFER : 2 * AFTER_SKIP];
    }

    /** Reads a stream from offset 0 on; closes it at the end. */
    public static RawInput of(InputStream stream) {
        return new RawInput(Objects.requireNonNull(stream), null, 0, stream);
    }

    /**
     * Reads a file: by position if it is a regular one, otherwise as a stream; closes it at the
     * end.
     */
    public static RawInput open(Path file) throws IOException {
        if (Files.isRegularFile(file)) {
            return of(FileChannel.open(file, StandardOpenOption.READ), 0, true);
        }
        if (Files.isDirectory(file)) {
            throw new FileSystemException(file.toString(), null, "is a directory");
        }
        return of(Files.newInputStream(file));
    }

    /** Reads a channel by position from an offset on; closes it at the end if {@code owned}. */
    public static RawInput of(FileChannel channel, long start, boolean owned) {
        return new RawInput(null, channel, start, owned ? channel : null);
    }

    /** Offset of the next byte. */
    public long position() {
        return bufferEnd - (to - from);
    }

    /** The failure of the source itself, or null: it is no fault of the data. */
    public IOException failure() {
        return failure;
    }

    /** Whether positions can be skipped without reading. */
    public boolean seekable() {
        return channel != null;
    }

    /** The buffer behind {@link #available()} bytes from {@link #bufferFrom()}. */
    byte[] buffer() {
        return buffer;
    }

    int bufferFrom() {
        return from;
    }

    /** Takes bytes that were used from the buffer. */
    void consume(int count) {
        from += count;
    }

    /** Makes sure that at least one byte is in the buffer; false at the end. */
    boolean fill() throws IOException {
        return from < to || ensure(1) > 0;
    }

    /**
     * Looks ahead.
     *
     * @param count at most 64 KiB
     * @return how many bytes there are, up to {@code count}
     */
    private int ensure(int count) throws IOException {
        if (to - from >= count || atEnd) {
            return Math.min(count, to - from);
        }
        if (from > 0) {
            System.arraycopy(buffer, from, buffer, 0, to - from);
            to -= from;
            from = 0;
        }
        int wanted = Math.max(count, nextRead);
        if (buffer.length < wanted) {
            buffer = Arrays.copyOf(buffer, BUFFER);
        }
        while (to < count) {
            int got = readSource(to, wanted - to);
            if (got < 0) {
                atEnd = true;
                break;
            }
            to += got;
            bufferEnd += got;
        }
        if (to >= wanted) {
            // Whoever reads on without skipping gets more at once.
            nextRead = Math.min(BUFFER, 4 * nextRead);
        }
        return Math.min(count, to - from);
    }

    private int readSource(int at, int length) throws IOException {
        try {
            if (channel == null) {
                int step = stream.read(buffer, at, length);
                return step == 0 ? singleByte(at) : step;
            }
            if (bufferEnd == size) {
                return -1;
            }
            return channel.read(ByteBuffer.wrap(buffer, at, length), bufferEnd);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    private int singleByte(int at) throws IOException {
        int value = stream.read();
        if (value < 0) {
            return -1;
        }
        buffer[at] = (byte) value;
        return 1;
    }

    /** Takes the NULs that come next. */
    public void skipNuls() throws IOException {
        while (fill()) {
            while (from < to && buffer[from] == 0) {
                from++;
            }
            if (from < to) {
                return;
            }
        }
    }

    /** The next byte without taking it, or -1. */
    public int peek() throws IOException {
        return fill() ? buffer[from] & 0xff : -1;
    }

    /** The next bytes without taking them; fewer at the end. */
    public byte[] peek(int count) throws IOException {
        int there = ensure(count);
        byte[] result = new byte[there];
        System.arraycopy(buffer, from, result, 0, there);
        return result;
    }

    @Override
    public int read() throws IOException {
        return fill() ? buffer[from++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int at, int length) throws IOException {
        Objects.checkFromIndexSize(at, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int step = Math.min(length, to - from);
        System.arraycopy(buffer, from, target, at, step);
        from += step;
        return step;
    }

    @Override
    public long skip(long count) throws IOException {
        if (count <= 0) {
            return 0;
        }
        int inBuffer = (int) Math.min(count, to - from);
        from += inBuffer;
        long left = count - inBuffer;
        if (left == 0) {
            return count;
        }
        if (channel != null) {
            long step = Math.max(0, Math.min(left, size() - bufferEnd));
            bufferEnd += step;
            from = 0;
            to = 0;
            if (left >= FAR) {
                nextRead = AFTER_SKIP;
            }
            return inBuffer + step;
        }
        while (left > 0 && fill()) {
            int step = (int) Math.min(left, to - from);
            from += step;
            left -= step;
        }
        return count - left;
    }

    private long size() throws IOException {
        try {
            if (size < 0) {
                size = channel.size();
            }
            return size;
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    @Override
    public int available() {
        return to - from;
    }

    @Override
    public void close() throws IOException {
        if (owned != null) {
            owned.close();
        }
    }
}
