/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.source;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.Entry;

/** Passes everything on. */
class ForwardingSink implements EntrySink {
    private final EntrySink sink;

    ForwardingSink(EntrySink sink) {
        this.sink = sink;
    }

    @Override
    public void add(Entry entry) {
        sink.add(entry);
    }

    @Override
    public void remove(ArchivePath path) {
        sink.remove(path);
    }

    @Override
    public void removeBelow(ArchivePath directory) {
        sink.removeBelow(directory);
    }
}
