/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import dev.wasmlinux.patchset.content.Scratch;
import dev.wasmlinux.patchset.tree.BaseTree;
import dev.wasmlinux.patchset.tree.DirectoryTree;
import dev.wasmlinux.patchset.tree.TarTree;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * An upstream source tree that a set is checked against: a directory, or an archive that nobody has
 * to unpack. It is only read.
 */
public abstract class UpstreamTree {
    private final String name;

    private UpstreamTree(String name) {
        this.name = name;
    }

    /** Opens an archive as a stream; called once for each check. */
    @FunctionalInterface
    public interface ArchiveOpener {
        /** The archive's bytes, decompressed; the caller closes the stream. */
        InputStream open() throws IOException;
    }

    /** An unpacked tree. */
    public static UpstreamTree directory(Path tree) {
        return new UpstreamTree(tree.toString()) {
            @Override
            BaseTree read(Set<String> wanted, Scratch scratch) throws IOException {
                return new DirectoryTree(tree);
            }
        };
    }

    /**
     * A tree in a tar archive. It is read once from beginning to end, and only the files that the
     * set touches are kept meanwhile.
     *
     * @param name the archive's name for messages
     * @param root the directory in it that holds the tree; empty: the only one at the top
     * @param opener opens the archive, not compressed
     */
    public static UpstreamTree tar(String name, Optional<String> root, ArchiveOpener opener) {
        return new UpstreamTree(name) {
            @Override
            BaseTree read(Set<String> wanted, Scratch scratch) throws IOException {
                try (InputStream in = new BufferedInputStream(opener.open(), 1 << 16)) {
                    return TarTree.read(in, root, wanted, scratch);
                }
            }
        };
    }

    /** The name for messages. */
    public String name() {
        return name;
    }

    /**
     * Opens the tree.
     *
     * @param wanted paths, as byte strings, of the files whose contents may be asked for
     */
    abstract BaseTree read(Set<String> wanted, Scratch scratch) throws IOException;

    @Override
    public String toString() {
        return name;
    }
}
