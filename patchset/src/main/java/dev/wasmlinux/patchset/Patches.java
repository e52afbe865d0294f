/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import dev.wasmlinux.patchset.input.Inputs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Application of patches that belong to no set: what {@code wasm-linux patch apply} does. */
public final class Patches {
    private Patches() {}

    /**
     * Reads patches in any form that this library knows.
     *
     * <p>A mailbox is cut into its mails, each a patch of its own, and its commit messages are
     * dropped where {@code git am} ends them; quoted-printable and base64 are decoded, and carriage
     * returns removed if the mail's headers have them too. A series' lines may carry {@code -pN}
     * and {@code -R}.
     *
     * @param file a unified or git diff; a mail or a mailbox as of {@code git format-patch
     *     --stdout}; a quilt {@code series} file; or a directory with a series, else with {@code
     *     *.patch}, {@code *.diff}, {@code *.eml} and {@code *.mbox} files, taken in the order of
     *     their names
     * @return the patches in order of application
     * @throws IOException if the file cannot be read
     * @throws MalformedPatchException if it is a mailbox or a series, and damaged
     */
    public static List<PatchSource> read(Path file) throws IOException {
        return Inputs.read(file).stream().map(PatchSource::new).toList();
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

    /**
     * Applies patches to a tree in an archive on its way to somewhere else.
     *
     * @param archive the tree; read twice
     * @param output where the patched tree goes; nothing is there if this fails
     * @param patches as for {@link #apply(Path, List, ApplyOptions)}
     * @param options how
     * @return what was done
     * @throws PatchException as for {@link #apply(Path, List, ApplyOptions)}
     * @throws IOException if something cannot be read or written, or the archive is damaged
     */
    public static ApplyReport apply(
            UpstreamArchive archive,
            PatchedOutput output,
            List<PatchSource> patches,
            ApplyOptions options)
            throws IOException {
        return new TreePatcher(null, options).apply(archive, output, patches, List.of());
    }
}
