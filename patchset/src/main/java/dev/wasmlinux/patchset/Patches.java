/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Application of patches that belong to no set: what {@code wasm-linux patch apply} does. */
public final class Patches {
    private Patches() {}

    /**
     * Reads patches in any form that this library knows.
     *
     * @param file a unified or git diff; a mailbox as of {@code git format-patch --stdout}; a quilt
     *     {@code series} file or the directory that holds one
     * @return the patches in order of application
     * @throws IOException if the file cannot be read
     * @throws MalformedPatchException if it is a mailbox or a series, and damaged
     */
    public static List<PatchSource> read(Path file) throws IOException {
        return List.of(PatchSource.file(file));
    }

    /**
     * Applies patches to a tree: all of them, or none.
     *
     * @param tree the directory that the patches' paths are relative to
     * @param patches the patches in order of application; with {@link ApplyOptions#reverse()} the
     *     last one is taken back first
     * @param options how
     * @return what was done
     * @throws MalformedPatchException if a patch is damaged; the tree has not changed
     * @throws PatchRefusedException if a patch asks for something dangerous; the tree has not
     *     changed
     * @throws PatchDoesNotFitException if the tree is not what a patch was made for; the tree has
     *     not changed
     * @throws IOException if something cannot be read or written; the tree has not changed
     */
    public static ApplyReport apply(Path tree, List<PatchSource> patches, ApplyOptions options)
            throws IOException {
        return new TreePatcher(tree, options).apply(patches, List.of());
    }
}
