/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import java.util.Objects;

/**
 * One reason why a patch does not fit a tree.
 *
 * @param path the file concerned, as {@link ApplyReport.FileResult#path()} shows it
 * @param patchLine the line of the patch, from 1: of the hunk, or of the file's header
 * @param hunk the hunk's number in its file, from 1; 0 if the whole file is concerned
 * @param problem what does not fit, in one line
 * @param comparison what the hunk expects beside the nearest text of the file, several lines; empty
 *     if there is nothing to compare
 * @param alreadyApplied whether the file looks as if this change had been made already
 */
public record Misfit(
        String path,
        long patchLine,
        long hunk,
        String problem,
        String comparison,
        boolean alreadyApplied) {
    /** Checks for nulls. */
    public Misfit {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(problem, "problem");
        Objects.requireNonNull(comparison, "comparison");
    }
}
