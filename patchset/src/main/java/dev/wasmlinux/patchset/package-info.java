/*
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Versioned patch sets: what turns an upstream source tree into another one, and the engine that
 * does it.
 *
 * <p>A set is a directory, or a part of a jar, with a {@code patchset.json} (described at {@link
 * dev.wasmlinux.patchset.Manifest}), patches, and an overlay of whole new files. {@link
 * dev.wasmlinux.patchset.PatchSets} finds sets, {@link dev.wasmlinux.patchset.PatchSet} applies,
 * takes back, verifies, pins, rebases, refreshes and imports them, and {@link
 * dev.wasmlinux.patchset.Patches} applies patches that belong to no set. All of it works on
 * directories, and on an {@link dev.wasmlinux.patchset.UpstreamArchive} that is patched on its way
 * to a {@link dev.wasmlinux.patchset.PatchedOutput}.
 *
 * <p>The way of a patch: an input (a diff, a mailbox, a quilt series) is cut into {@link
 * dev.wasmlinux.patchset.PatchSource}s; each is parsed file by file and hunk by hunk, and its
 * result staged over the tree, where the next one finds it; only when everything has fitted are all
 * changes committed at once, with a journal that the next application rolls back if this process
 * dies in the middle. Nothing that a patch says leads out of the tree, through a symbolic link or
 * into a {@code .git} directory. Memory does not grow with the size of patches and files, but by a
 * few hundred bytes for each file that is touched.
 *
 * <p>Without fuzz, hunks fit where {@code git apply} finds them, but for what git passes over in
 * silence: hunks before earlier ones, lines behind a hunk's counted end, a missing newline where
 * one is expected, links that lead out of the tree. With fuzz, they fit where GNU {@code patch}
 * finds them.
 *
 * <p>Errors: {@link dev.wasmlinux.patchset.PatchException} and its subclasses for what is wrong
 * with a patch or a set, each with the line at fault; {@link java.io.IOException} for input and
 * output.
 */
package dev.wasmlinux.patchset;
