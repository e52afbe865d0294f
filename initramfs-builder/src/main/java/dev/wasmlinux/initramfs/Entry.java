/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import java.util.Objects;

/**
 * A path and what is there. Immutable.
 *
 * @param path where
 * @param node what
 */
public record Entry(ArchivePath path, Node node) {
    /** Checks for null. */
    public Entry {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(node, "node");
    }
}
