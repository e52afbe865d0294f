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

/** A patch set of the library as the change to a source tree; read when first needed. */
public final class BundledPatches implements Patches {
    private final String component;
    private PatchSet set;

    /**
     * Names the set of a component.
     *
     * @param component for example "linux"
     */
    public BundledPatches(String component) {
        this.component = component;
    }

    /**
     * The set.
     *
     * @throws ToolchainException {@link Kind#PATCH} if it cannot be read
     */
    public synchronized PatchSet set() throws ToolchainException {
        if (set == null) {
            try {
                set = PatchSet.bundled(component);
            } catch (IOException | PatchException e) {
                throw new ToolchainException(
                        Kind.PATCH, "patch set " + component + ": " + e.getMessage(), e);
            }
        }
        return set;
    }

    @Override
    public String digest() throws ToolchainException {
        return set().digest();
    }

    @Override
    public void applyTo(Path tree) throws ToolchainException, IOException {
        try {
            set().applyTo(tree);
        } catch (PatchException e) {
            throw new ToolchainException(
                    Kind.PATCH, "patch set " + set() + " does not fit: " + e.getMessage(), e);
        }
    }
}
