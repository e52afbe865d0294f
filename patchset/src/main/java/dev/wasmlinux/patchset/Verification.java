/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import java.util.Optional;

/**
 * The outcome of {@link PatchSet#verify}: the set fits.
 *
 * @param report what an application would do
 * @param patchedDigest the digest of everything that the set changes or adds, as it would be in the
 *     patched tree
 * @param expectedDigest what the manifest says that it is, if it does
 */
public record Verification(
        ApplyReport report, String patchedDigest, Optional<String> expectedDigest) {
    /**
     * Whether the patched tree is the one that the manifest pins. Without a digest in the manifest
     * this is true: there is nothing to hold it against.
     */
    public boolean matches() {
        return expectedDigest.map(patchedDigest::equals).orElse(true);
    }
}
