/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

/**
 * How patches are applied. Immutable; begin with {@link #DEFAULT} and change single values.
 *
 * @param strip how many leading components patches' paths lose, 0 to 100 ({@code patch -pN})
 * @param fuzz how many lines of context may differ at each end of a hunk, 0 to 100. With 0, hunks
 *     fit where {@code git apply} finds them; with more, where GNU {@code patch -F} does
 * @param reverse take the changes back instead
 * @param dryRun find out everything, change nothing
 * @param pinned a set must make the tree that its manifest pins, if it pins one; to be switched off
 *     for another version of the set's range, and while the set is being edited. Without meaning
 *     for patches that belong to no set, and in reverse
 */
public record ApplyOptions(int strip, int fuzz, boolean reverse, boolean dryRun, boolean pinned) {
    /** Strip 1, fuzz 0, forward, for real, pinned. */
    public static final ApplyOptions DEFAULT = new ApplyOptions(1, 0, false, false, true);

    /** Checks the ranges. */
    public ApplyOptions {
        if (strip < 0 || strip > 100) {
            throw new IllegalArgumentException("strip must be 0 to 100: " + strip);
        }
        if (fuzz < 0 || fuzz > 100) {
            throw new IllegalArgumentException("fuzz must be 0 to 100: " + fuzz);
        }
    }

    /** These options with another strip level. */
    public ApplyOptions withStrip(int newStrip) {
        return new ApplyOptions(newStrip, fuzz, reverse, dryRun, pinned);
    }

    /** These options with another fuzz. */
    public ApplyOptions withFuzz(int newFuzz) {
        return new ApplyOptions(strip, newFuzz, reverse, dryRun, pinned);
    }

    /** These options in the other or the same direction. */
    public ApplyOptions withReverse(boolean newReverse) {
        return new ApplyOptions(strip, fuzz, newReverse, dryRun, pinned);
    }

    /** These options for real or as a dry run. */
    public ApplyOptions withDryRun(boolean newDryRun) {
        return new ApplyOptions(strip, fuzz, reverse, newDryRun, pinned);
    }

    /** These options with or without a check of the pinned digest. */
    public ApplyOptions withPinned(boolean newPinned) {
        return new ApplyOptions(strip, fuzz, reverse, dryRun, newPinned);
    }
}
