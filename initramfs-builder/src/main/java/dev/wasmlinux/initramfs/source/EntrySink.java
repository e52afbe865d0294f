/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.source;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.Entry;

/** Takes what a source gives, in its order. */
public interface EntrySink {
    /** Takes an entry. */
    void add(Entry entry);

    /** Removes a path and everything below it: a whiteout of a layer. */
    void remove(ArchivePath path);

    /** Removes everything below a directory: an opaque directory of a layer. */
    void removeBelow(ArchivePath directory);
}
