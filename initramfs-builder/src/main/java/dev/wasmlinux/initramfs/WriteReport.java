/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import java.util.List;

/**
 * What was written.
 *
 * @param segments one report for each segment, in order
 * @param size length of the image in bytes
 */
public record WriteReport(List<Segment> segments, long size) {
    /** Copies the list. */
    public WriteReport {
        segments = List.copyOf(segments);
    }

    /**
     * What was written of one segment.
     *
     * @param entries entries without the trailer
     * @param archiveSize bytes of the archive before compression, with padding
     * @param offset where the segment starts in the image
     * @param compressedSize its bytes in the image
     * @param members compressed members
     * @param unalignedFiles files that were to be aligned but had no room for it in their name
     *     field
     */
    public record Segment(
            int entries,
            long archiveSize,
            long offset,
            long compressedSize,
            int members,
            int unalignedFiles) {}
}
