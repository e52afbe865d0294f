/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import java.util.List;
import java.util.Optional;

/**
 * What an application did, or would do if it was a dry run.
 *
 * @param dryRun whether the tree was left alone
 * @param patches the patches in the order of their application
 * @param overlay paths that the overlay put into the tree, in order; empty for plain patches
 */
public record ApplyReport(boolean dryRun, List<PatchResult> patches, List<String> overlay) {
    /** Copies the lists. */
    public ApplyReport {
        patches = List.copyOf(patches);
        overlay = List.copyOf(overlay);
    }

    /** Whether some hunk was found elsewhere than it said, or needed fuzz: time for a refresh. */
    public boolean moved() {
        return patches.stream()
                .flatMap(patch -> patch.files().stream())
                .anyMatch(file -> file.movedHunks() > 0);
    }

    /**
     * One patch.
     *
     * @param name the patch's name
     * @param files its file changes, in the order of their application
     */
    public record PatchResult(String name, List<FileResult> files) {
        /** Copies the list. */
        public PatchResult {
            files = List.copyOf(files);
        }
    }

    /** What happened to a file. */
    public enum Action {
        /** The file is new. */
        CREATED,
        /** The file is gone. */
        DELETED,
        /** Content or mode are others. */
        MODIFIED,
        /** The file has another name, and possibly another content. */
        RENAMED,
        /** The file was made from another. */
        COPIED
    }

    /**
     * One file.
     *
     * @param action what happened
     * @param path the file's path in the tree afterwards (before, if it was deleted); bytes that
     *     are not UTF-8 are shown as {@code \ooo}
     * @param source the file's former path, or the path of its model
     * @param hunks the number of hunks
     * @param movedHunks how many of them were found with an offset or with fuzz
     * @param placements where the moved hunks went; only the first 1000
     */
    public record FileResult(
            Action action,
            String path,
            Optional<String> source,
            long hunks,
            long movedHunks,
            List<Placement> placements) {
        /** Copies the list. */
        public FileResult {
            placements = List.copyOf(placements);
        }
    }

    /**
     * A hunk that was not where it said.
     *
     * @param hunk the hunk's number in its file, from 1
     * @param patchLine the line of its header in the patch
     * @param line where it was put, as a line of the file before this patch, from 1
     * @param offset how many lines later (or, negative, earlier) than expected
     * @param fuzz how much context was ignored to find it
     */
    public record Placement(long hunk, long patchLine, long line, long offset, int fuzz) {}
}
