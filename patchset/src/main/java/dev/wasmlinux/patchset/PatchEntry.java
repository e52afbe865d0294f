/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import java.util.Objects;
import java.util.Optional;

/**
 * One patch of a set, with what a reviewer wants to know about it (compare Debian's DEP-3).
 *
 * @param file the patch's path in the set, with {@code /}
 * @param title one line saying what it does
 * @param author who wrote it, as {@code Name <address>} or a name
 * @param license its SPDX licence expression; empty: the set's
 * @param purpose why the set needs it
 * @param upstreamStatus whether it was or will be sent upstream: {@code not-needed}, {@code no},
 *     {@code pending}, {@code submitted <where>}, {@code accepted <commit>}; free text
 * @param sha256 the file's SHA-256 if the manifest pins it
 */
public record PatchEntry(
        String file,
        String title,
        String author,
        Optional<String> license,
        String purpose,
        String upstreamStatus,
        Optional<String> sha256) {
    /** Checks the fields. */
    public PatchEntry {
        Objects.requireNonNull(author, "author");
        Objects.requireNonNull(license, "license");
        Objects.requireNonNull(purpose, "purpose");
        Objects.requireNonNull(upstreamStatus, "upstreamStatus");
        if (title.isBlank() || title.contains("\n")) {
            throw new IllegalArgumentException("a patch needs a title of one line");
        }
        if (sha256.isPresent() && !sha256.get().matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException(
                    "SHA-256 must be 64 lower-case hexadecimal digits: \"" + sha256.get() + "\"");
        }
        Manifest.requireInside("file", file);
    }
}
