/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import dev.wasmlinux.patchset.archive.DirectorySink;
import dev.wasmlinux.patchset.archive.TarSink;
import dev.wasmlinux.patchset.archive.TarTree;
import dev.wasmlinux.patchset.archive.TreeSink;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * Where a patched archive goes. Files that do not change keep everything; changed and new ones get
 * the time of the archive's newest entry, so that the same input gives the same output.
 */
public final class PatchedOutput {
    @FunctionalInterface
    private interface Opener {
        TreeSink open(TarTree tree) throws IOException;
    }

    private final String name;
    private final Opener opener;

    private PatchedOutput(String name, Opener opener) {
        this.name = name;
        this.opener = opener;
    }

    /**
     * An unpacked tree, without the archive's top directory. The directory must be missing or
     * empty; it appears when everything is in it. Links that lead out of the tree, devices and
     * pipes are refused.
     */
    public static PatchedOutput directory(Path directory) {
        return new PatchedOutput(
                directory.toString(), tree -> new DirectorySink(directory, tree::pathOf));
    }

    /**
     * A tar archive, compressed as the file's name says ({@code .gz}, {@code .xz}, {@code .bz2}).
     * One that is there already is replaced when the new one is complete.
     */
    public static PatchedOutput tar(Path file) {
        return new PatchedOutput(file.toString(), tree -> TarSink.file(tree.root(), file));
    }

    /**
     * A tar archive, not compressed, into a stream, which stays open. Nothing is written before
     * everything is known to fit; but a failure of input or output leaves a part there.
     */
    public static PatchedOutput stream(OutputStream out) {
        return new PatchedOutput("a stream", tree -> TarSink.stream(tree.root(), out));
    }

    TreeSink open(TarTree tree) throws IOException {
        return opener.open(tree);
    }

    @Override
    public String toString() {
        return name;
    }
}
