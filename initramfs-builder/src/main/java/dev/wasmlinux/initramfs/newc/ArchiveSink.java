/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.newc;

import java.io.IOException;
import java.nio.channels.FileChannel;

/** Where the bytes of an archive go. */
interface ArchiveSink {
    /** Takes bytes. */
    void write(byte[] bytes, int from, int length) throws IOException;

    /**
     * Takes {@code count} bytes of a channel from an offset.
     *
     * @return how many were there; fewer only at the channel's end
     */
    long transferFrom(FileChannel source, long offset, long count) throws IOException;

    /** Says that an entry ends here and a compressed member may. */
    default void entryEnd() throws IOException {}
}
