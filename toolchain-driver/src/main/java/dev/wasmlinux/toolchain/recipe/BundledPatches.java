/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.patchset.PatchException;
import dev.wasmlinux.patchset.PatchSet;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.source.Patches;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A patch set of the library as the change to a source tree.
 *
 * @param set the set
 */
public record BundledPatches(PatchSet set) implements Patches {

    /**
     * Loads the set of a component.
     *
     * @param component for example "linux"
     * @return its patches
     * @throws ToolchainException {@link Kind#PATCH} if it cannot be read
     */
    public static BundledPatches of(String component) throws ToolchainException {
        try {
            return new BundledPatches(PatchSet.bundled(component));
        } catch (IOException | PatchException e) {
            throw new ToolchainException(
                    Kind.PATCH, "patch set " + component + ": " + e.getMessage(), e);
        }
    }

    @Override
    public String digest() {
        return set.digest();
    }

    @Override
    public void applyTo(Path tree) throws ToolchainException, IOException {
        try {
            set.applyTo(tree);
        } catch (PatchException e) {
            throw new ToolchainException(
                    Kind.PATCH, "patch set " + set + " does not fit: " + e.getMessage(), e);
        }
    }
}
