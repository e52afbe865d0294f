/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import dev.wasmlinux.patchset.content.Scratch;
import dev.wasmlinux.patchset.tree.BaseTree;
import dev.wasmlinux.patchset.tree.DirectoryTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/**
 * An upstream source tree that a set is checked against: a directory, or an {@link UpstreamArchive}
 * that nobody has to unpack. It is only read.
 */
public abstract sealed class UpstreamTree permits UpstreamArchive, UpstreamTree.Directory {
    private final String name;

    UpstreamTree(String name) {
        this.name = name;
    }

    /** An unpacked tree. */
    public static UpstreamTree directory(Path tree) {
        return new Directory(tree);
    }

    static final class Directory extends UpstreamTree {
        private final Path tree;

        private Directory(Path tree) {
            super(tree.toString());
            this.tree = tree;
        }

        @Override
        BaseTree read(Set<String> wanted, Scratch scratch) throws IOException {
            return new DirectoryTree(tree);
        }
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
