/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import dev.wasmlinux.patchset.archive.ArchivePatcher;
import dev.wasmlinux.patchset.archive.Compression;
import dev.wasmlinux.patchset.archive.TarTree;
import dev.wasmlinux.patchset.archive.TreeSink;
import dev.wasmlinux.patchset.content.Scratch;
import dev.wasmlinux.patchset.tree.BaseTree;
import dev.wasmlinux.patchset.tree.Node;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An upstream source tree in a tar archive (POSIX, pax or GNU), plain or compressed with gzip, xz
 * or bzip2. It is read from beginning to end, and only the files that patches touch are kept
 * meanwhile: memory grows with the number of entries, not with their contents. For xz and bzip2 the
 * libraries {@code org.tukaani:xz} and {@code org.apache.commons:commons-compress} must be there.
 *
 * <p>Not thread safe. Damaged archives are reported as {@link IOException}.
 */
public final class UpstreamArchive extends UpstreamTree {
    private final Optional<String> root;
    private final Opener opener;

    private UpstreamArchive(String name, Optional<String> root, Opener opener) {
        super(name);
        this.root = root;
        this.opener = opener;
    }

    /** Opens an archive; called once or twice for each use, with the same bytes each time. */
    @FunctionalInterface
    public interface Opener {
        /** The archive's bytes, compressed or not; the caller closes the stream. */
        InputStream open() throws IOException;
    }

    /** An archive in a file; the tree is the only directory at its top. */
    public static UpstreamArchive file(Path archive) {
        return of(archive.toString(), Optional.empty(), () -> Files.newInputStream(archive));
    }

    /**
     * An archive from wherever.
     *
     * @param name the archive's name for messages
     * @param root the directory in it that holds the tree; empty: the only one at the top
     * @param opener opens the archive
     */
    public static UpstreamArchive of(String name, Optional<String> root, Opener opener) {
        return new UpstreamArchive(name, root, opener);
    }

    private InputStream open() throws IOException {
        return Compression.open(opener.open());
    }

    @Override
    BaseTree read(Set<String> wanted, Scratch scratch) throws IOException {
        return readTar(wanted, scratch);
    }

    TarTree readTar(Set<String> wanted, Scratch scratch) throws IOException {
        Set<String> all = new HashSet<>(wanted);
        while (true) {
            TarTree tree;
            try (InputStream in = open()) {
                tree = TarTree.read(in, root, all, scratch);
            } catch (IOException e) {
                throw new IOException(name() + ": " + e.getMessage(), e);
            }
            // Not more than once more: a hard link leads to a file, not to another hard link.
            if (!all.addAll(tree.unreadTargets())) {
                return tree;
            }
        }
    }

    /** Passes the archive on with changes in it. */
    void write(TarTree tree, Map<String, Optional<Node>> changes, TreeSink sink)
            throws IOException {
        try (InputStream in = open()) {
            new ArchivePatcher(tree, changes, sink).run(in);
        }
    }
}
