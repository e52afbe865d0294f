/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import java.util.List;

/**
 * The part of a manifest about whole new files. They lie in the set as real files below {@link
 * #directory()} and are put into the tree after the patches.
 *
 * <p>File modes do not survive jars and checkouts, so they are not read from the file system: a
 * file is executable (mode 0755) if it starts with {@code #!} or matches one of {@link
 * #executable()}; any other has mode 0644.
 *
 * @param directory the overlay's directory in the set, with {@code /}
 * @param executable glob patterns (as {@link java.nio.file.FileSystem#getPathMatcher}, relative to
 *     the overlay) of further executable files
 * @param replace glob patterns of the overlay's files that may replace a file of the upstream tree;
 *     any other overlay file must be new
 */
public record Overlay(String directory, List<String> executable, List<String> replace) {
    /** Checks the fields. */
    public Overlay {
        Manifest.requireInside("directory", directory);
        executable = List.copyOf(executable);
        replace = List.copyOf(replace);
    }
}
