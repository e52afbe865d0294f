/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import java.util.Objects;

/**
 * A set fits, but makes another tree than the one that its manifest pins: a patch, an overlay file
 * or the upstream has changed since.
 */
public final class PatchedDigestException extends PatchException {
    private static final long serialVersionUID = 1L;

    private final String expected;
    private final String found;

    /**
     * Makes one.
     *
     * @param set the set's name
     * @param expected the digest in the manifest
     * @param found the digest of the tree that the set makes
     */
    public PatchedDigestException(String set, String expected, String found) {
        super(
                set,
                0,
                "the patched tree has the digest "
                        + found
                        + ",\n  but the manifest pins "
                        + expected
                        + ";\n  if the set was changed on purpose, pin it anew:"
                        + " wasm-linux patch refresh DIRECTORY-OF-THE-SET",
                null);
        this.expected = Objects.requireNonNull(expected, "expected");
        this.found = Objects.requireNonNull(found, "found");
    }

    /** The digest in the manifest. */
    public String expected() {
        return expected;
    }

    /** The digest of the tree that the set makes. */
    public String found() {
        return found;
    }
}
