/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import dev.wasmlinux.initramfs.newc.ImageWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * An image to be written: one or several archives, each with its own compression, one after the
 * other as the kernel takes them (for instance early microcode, which must be plain, and the rest).
 *
 * <p>Segments start at multiples of 4, and what the decoder of one needs to stop before the next is
 * put between them. Immutable.
 */
public final class Image {
    private final List<Segment> segments;
    private final long sizeLimit;

    private Image(List<Segment> segments, long sizeLimit) {
        this.segments = List.copyOf(segments);
        this.sizeLimit = sizeLimit;
    }

    /**
     * One archive of an image.
     *
     * @param content its tree
     * @param options how it is written
     */
    public record Segment(Initramfs content, WriteOptions options) {
        /** Checks for null. */
        public Segment {
            Objects.requireNonNull(content, "content");
            Objects.requireNonNull(options, "options");
        }
    }

    /** Starts an image without segments. */
    public static Builder builder() {
        return new Builder();
    }

    /** The segments in order. */
    public List<Segment> segments() {
        return segments;
    }

    /**
     * Writes an image file; it appears under its name only when it is complete. A pipe or a device
     * is refused; what is one can be written as a stream.
     *
     * @throws InitramfsException before any byte if an entry does not fit the options
     * @throws ContentChangedException if a content is not as long as it said
     * @throws LimitExceededException if the image gets larger than it may
     * @throws IOException if reading a content or writing fails
     */
    public WriteReport writeTo(Path file) throws IOException {
        try (AtomicFile out = AtomicFile.create(file)) {
            WriteReport report =
                    new ImageWriter(segments, sizeLimit).write(out.channel(), file.toString());
            out.commit();
            return report;
        }
    }

    /**
     * Writes an image to a stream, which is flushed but not closed.
     *
     * @throws LimitExceededException if the image gets larger than it may
     * @throws IOException if reading a content or writing fails
     */
    public WriteReport writeTo(OutputStream out) throws IOException {
        WriteReport report =
                new ImageWriter(segments, sizeLimit)
                        .write(new StreamChannel(out), "the image's stream");
        out.flush();
        return report;
    }

    /**
     * A stream as a channel. That of {@link java.nio.channels.Channels} closes the stream if the
     * thread is interrupted.
     */
    private record StreamChannel(OutputStream out, byte[] bytes) implements WritableByteChannel {
        StreamChannel(OutputStream out) {
            this(out, new byte[64 << 10]);
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            int length = Math.min(bytes.length, source.remaining());
            source.get(bytes, 0, length);
            out.write(bytes, 0, length);
            return length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    /** Collects segments. Not thread safe. */
    public static final class Builder {
        private final List<Segment> segments = new ArrayList<>();
        private long sizeLimit = Long.MAX_VALUE;

        private Builder() {}

        /** Adds a segment after those added before. */
        public Builder segment(Initramfs content, WriteOptions options) {
            segments.add(new Segment(content, options));
            return this;
        }

        /** Adds a segment with default options and a compression. */
        public Builder segment(Initramfs content, Compression compression) {
            return segment(content, WriteOptions.defaults().withCompression(compression));
        }

        /**
         * Refuses to write an image of more than {@code bytes}, for instance those of the partition
         * that it goes to.
         */
        public Builder sizeLimit(long bytes) {
            if (bytes < 0) {
                throw new IllegalArgumentException("negative size limit " + bytes);
            }
            sizeLimit = bytes;
            return this;
        }

        /** Makes the image; the builder can be used further. */
        public Image build() {
            return new Image(segments, sizeLimit);
        }
    }
}
