/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.diff;

/**
 * A {@code GIT binary patch}: where its sections stand in the patch.
 *
 * @param forward the section that makes the new content
 * @param backward the section that makes the old content, or null
 */
public record BinaryChange(Section forward, Section backward) {
    /**
     * One section.
     *
     * @param delta whether it holds a delta against the other content, or the content itself
     * @param size the length of the inflated data
     * @param line the line of the first data line
     * @param start where the first data line begins in the patch
     * @param end behind the last data line
     */
    public record Section(boolean delta, long size, long line, long start, long end) {}

    /** The change in the other direction; its forward section may be null. */
    public BinaryChange reverse() {
        return new BinaryChange(backward, forward);
    }
}
