/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.newc;

import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.Image;
import dev.wasmlinux.initramfs.LimitExceededException;
import dev.wasmlinux.initramfs.WriteOptions;
import dev.wasmlinux.initramfs.WriteReport;
import dev.wasmlinux.initramfs.compress.Encoders;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;

/** Writes the segments of an image one after the other. */
public final class ImageWriter {
    private static final byte[] NULS = new byte[16];

    private final List<Image.Segment> segments;
    private final long sizeLimit;

    /**
     * @param segments in order
     * @param sizeLimit most bytes of the image
     */
    public ImageWriter(List<Image.Segment> segments, long sizeLimit) {
        this.segments = segments;
        this.sizeLimit = sizeLimit;
    }

    /**
     * Plans all segments, then writes them; the channel stays open.
     *
     * @param name what errors call the channel
     */
    public WriteReport write(WritableByteChannel channel, String name) throws IOException {
        List<ArchiveWriter> writers = new ArrayList<>();
        for (Image.Segment segment : segments) {
            Compression compression = segment.options().compression();
            if (compression.kind() != Compression.Kind.NONE) {
                boolean members = segment.options().memberSize() > 0;
                Encoders.require(compression, members ? segment.options().threads() : 1);
            }
            writers.add(new ArchiveWriter(segment.content(), segment.options()));
        }
        List<WriteReport.Segment> reports = new ArrayList<>();
        ChannelSink sink = new ChannelSink(channel, name, sizeLimit);
        Compression.Kind before = Compression.Kind.NONE;
        try {
            for (ArchiveWriter writer : writers) {
                separate(sink, before);
                reports.add(write(writer, sink));
                before = writer.options().compression().kind();
            }
            sink.flush();
        } finally {
            sink.release();
        }
        return new WriteReport(reports, sink.position());
    }

    /**
     * Aligns the next segment; the lz4 decoder takes what follows for a block unless it meets a
     * block length of zero ({@code lib/decompress_unlz4.c}).
     */
    private static void separate(ChannelSink sink, Compression.Kind before) throws IOException {
        int nuls = (int) (-sink.position() & 3);
        if (before == Compression.Kind.LZ4) {
            nuls += 4;
        }
        sink.write(NULS, 0, nuls);
    }

    private static WriteReport.Segment write(ArchiveWriter writer, ChannelSink sink)
            throws IOException {
        WriteOptions options = writer.options();
        Compression compression = options.compression();
        long start = sink.position();
        int members = 1;
        long archiveSize;
        if (compression.kind() == Compression.Kind.NONE) {
            archiveSize = writer.write(sink, start);
        } else if (options.memberSize() == 0) {
            try (OutputStream encoder = Encoders.open(compression, sink)) {
                archiveSize = writer.write(new StreamSink(encoder), 0);
            }
        } else {
            try (MemberSink parts = new MemberSink(options, sink)) {
                archiveSize = writer.write(parts, 0);
                members = parts.finish();
            } catch (OutOfMemoryError e) { // encoders and members of all threads
                throw new LimitExceededException(
                        compression
                                + " on "
                                + options.threads()
                                + " threads needs more heap than there is: take fewer threads, or"
                                + " more heap (-Xmx)");
            }
        }
        return new WriteReport.Segment(
                writer.entries(),
                archiveSize,
                start,
                sink.position() - start,
                members,
                writer.unalignedFiles());
    }
}
