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
 */
public record ApplyOptions(int strip, int fuzz, boolean reverse, boolean dryRun) {
    /** Strip 1, fuzz 0, forward, for real. */
    public static final ApplyOptions DEFAULT = new ApplyOptions(1, 0, false, false);

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
        return new ApplyOptions(newStrip, fuzz, reverse, dryRun);
    }

    /** These options with another fuzz. */
    public ApplyOptions withFuzz(int newFuzz) {
        return new ApplyOptions(strip, newFuzz, reverse, dryRun);
    }

    /** These options in the other or the same direction. */
    public ApplyOptions withReverse(boolean newReverse) {
        return new ApplyOptions(strip, fuzz, newReverse, dryRun);
    }

    /** These options for real or as a dry run. */
    public ApplyOptions withDryRun(boolean newDryRun) {
        return new ApplyOptions(strip, fuzz, reverse, newDryRun);
    }
}
