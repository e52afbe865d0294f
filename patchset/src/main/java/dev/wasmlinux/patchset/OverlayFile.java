/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

/**
 * A whole file that a set puts into the tree.
 *
 * @param path where it goes in the tree, with {@code /}
 * @param file its path in the set
 * @param executable whether its mode is 0755 instead of 0644
 * @param mayReplace whether it may replace a file of the upstream tree
 * @param sha256 the SHA-256 of its content
 */
public record OverlayFile(
        String path, String file, boolean executable, boolean mayReplace, String sha256) {}
