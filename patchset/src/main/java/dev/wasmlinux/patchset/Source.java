/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One archive that a patch set accepts as its upstream source. Several sources of one manifest are
 * alternatives, in order of preference: any one of them suffices.
 *
 * @param file the archive's file name, as looked for in a local folder
 * @param sha256 the archive's SHA-256, 64 lower-case hexadecimal digits
 * @param urls where it can be downloaded, in order of preference; may be empty
 * @param size the archive's size in bytes, if known
 * @param root the directory in the archive that holds the tree; empty: the only top-level directory
 */
public record Source(
        String file, String sha256, List<URI> urls, Optional<Long> size, Optional<String> root) {
    /** Checks the fields. */
    public Source {
        Objects.requireNonNull(size, "size");
        Objects.requireNonNull(root, "root");
        urls = List.copyOf(urls);
        if (file.isEmpty() || file.startsWith(".") || file.contains("/") || file.contains("\\")) {
            throw new IllegalArgumentException("not a plain file name: \"" + file + "\"");
        }
        if (!sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException(
                    "SHA-256 must be 64 lower-case hexadecimal digits: \"" + sha256 + "\"");
        }
        for (URI url : urls) {
            if (!url.isAbsolute()) {
                throw new IllegalArgumentException("not an absolute URL: \"" + url + "\"");
            }
        }
        if (size.isPresent() && size.get() <= 0) {
            throw new IllegalArgumentException("size must be positive: " + size.get());
        }
    }
}
