/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import dev.wasmlinux.initramfs.content.Contents;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The bytes of a regular file, opened as often as they are needed and never held as a whole.
 *
 * <p>A content must give the same bytes each time: checksums and reports read it more than once.
 * The writer compares the length and throws {@link ContentChangedException} where it differs.
 */
public interface FileContent {
    /** Length in bytes; known before anything is written, as the format's header comes first. */
    long size();

    /**
     * Opens the bytes from the start; the caller closes the stream.
     *
     * @throws IOException if the source cannot be opened
     */
    InputStream open() throws IOException;

    /** No bytes. */
    static FileContent empty() {
        return Contents.OfBytes.EMPTY;
    }

    /** A copy of the bytes. */
    static FileContent of(byte[] bytes) {
        return new Contents.OfBytes(bytes.clone());
    }

    /** A text as UTF-8. */
    static FileContent of(String text) {
        return new Contents.OfBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A file; its size is taken now, its bytes when the archive is written.
     *
     * @throws IOException if the file cannot be examined or is not a regular file
     */
    static FileContent of(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + " is not a regular file");
        }
        return new Contents.OfFile(file, "", Files.size(file));
    }

    /** A file whose size is already known. */
    static FileContent of(Path file, long size) {
        return new Contents.OfFile(file, "", size);
    }

    /** A stream of known length; the supplier is asked for each reading. */
    static FileContent of(long size, StreamSupplier supplier) {
        return new Contents.OfSupplier(size, supplier);
    }

    /**
     * A part of an open file, read by position: the channel's own position is neither used nor
     * moved. The channel stays the caller's and must be open while the archive is written.
     */
    static FileContent of(FileChannel channel, long offset, long size) {
        return new Contents.OfChannel(channel, offset, size);
    }

    /** Opens a stream. */
    @FunctionalInterface
    interface StreamSupplier {
        /** Opens the stream from its start; the receiver closes it. */
        InputStream open() throws IOException;
    }
}
