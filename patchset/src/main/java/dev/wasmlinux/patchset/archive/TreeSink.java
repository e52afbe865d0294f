/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.archive;

import dev.wasmlinux.patchset.archive.TarReader.Entry;
import dev.wasmlinux.patchset.content.Content;
import java.io.Closeable;
import java.io.IOException;

/**
 * Where a patched archive goes. What has been written counts from {@link #finish()} on; closing
 * without it leaves no trace.
 */
public interface TreeSink extends Closeable {
    /**
     * Takes over an entry with its content as it is.
     *
     * @param path where it stands in the tree; empty for the tree itself, null if outside of it
     */
    void keep(TarReader reader, Entry entry, String path) throws IOException;

    /** Makes a file that is new or changed. */
    void file(String path, int mode, TarReader.Owner owner, long seconds, Content content)
            throws IOException;

    /** Makes a symbolic link that is new or changed. */
    void link(String path, String target, TarReader.Owner owner, long seconds) throws IOException;

    /** Makes a directory. */
    void directory(String path, TarReader.Owner owner, long seconds) throws IOException;

    /** Puts everything in its place at once. */
    void finish() throws IOException;
}
