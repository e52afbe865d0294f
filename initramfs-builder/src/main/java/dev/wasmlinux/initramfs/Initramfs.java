/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import dev.wasmlinux.initramfs.source.EntrySink;
import dev.wasmlinux.initramfs.source.TreeSource;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A tree of files for one cpio archive, complete and legal: parents exist, hard links lead to
 * something, every name and number fits the format and the kernel's unpacker.
 *
 * <pre>{@code
 * Initramfs.builder()
 *         .directory("dev", 0755)
 *         .device("dev/console", Node.DeviceType.CHARACTER, 5, 1, 0600)
 *         .file("init", FileContent.of("#!/bin/sh\nexec sh\n"), 0755)
 *         .symlink("bin/sh", "busybox")
 *         .build()
 *         .writeTo(Path.of("initramfs.cpio.gz"), Compression.gzip());
 * }</pre>
 *
 * <p>Immutable and, as far as the contents allow it, thread safe. The same entries give the same
 * bytes on every machine.
 */
public final class Initramfs implements TreeSource {
    private final Map<ArchivePath, Node> nodes;

    Initramfs(Map<ArchivePath, Node> nodes) {
        this.nodes = Collections.unmodifiableMap(nodes);
    }

    /** Starts an empty tree. */
    public static InitramfsBuilder builder() {
        return new InitramfsBuilder();
    }

    /** Starts with the entries of this tree, in their order. */
    public InitramfsBuilder toBuilder() {
        return new InitramfsBuilder().order(InitramfsBuilder.Order.AS_ADDED).addAll(entries());
    }

    /** All entries in the order of the archive; parents come before children. */
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>(nodes.size());
        nodes.forEach((path, node) -> entries.add(new Entry(path, node)));
        return entries;
    }

    /** Gives all entries, so that a tree is a source of others, filtered or changed. */
    @Override
    public void copyTo(EntrySink sink) {
        nodes.forEach((path, node) -> sink.add(new Entry(path, node)));
    }

    /** Number of entries. */
    public int size() {
        return nodes.size();
    }

    /** The node at a path, not following links. */
    public Optional<Node> find(ArchivePath path) {
        return Optional.ofNullable(nodes.get(path));
    }

    /** As {@link #find(ArchivePath)} with a text. */
    public Optional<Node> find(String path) {
        return find(ArchivePath.of(path));
    }

    /** The node that a path shares its inode with: itself unless it is a hard link. */
    public Optional<Node> findInode(ArchivePath path) {
        Node node = nodes.get(path);
        return Optional.ofNullable(
                node instanceof Node.HardLink link ? nodes.get(link.target()) : node);
    }

    /** The entries by path, in order; cannot be changed. */
    public Map<ArchivePath, Node> asMap() {
        return nodes;
    }

    /** Writes an image with default options, see {@link WriteOptions}. */
    public WriteReport writeTo(Path file, Compression compression) throws IOException {
        return writeTo(file, WriteOptions.defaults().withCompression(compression));
    }

    /**
     * Writes an image file. The file appears under its name only when it is complete: it is written
     * beside it under another name and moved; after a failure nothing remains.
     *
     * @throws InitramfsException before any byte if an entry does not fit the options
     * @throws ContentChangedException if a content is not as long as it said
     * @throws IOException if reading a content or writing fails
     */
    public WriteReport writeTo(Path file, WriteOptions options) throws IOException {
        return Image.builder().segment(this, options).build().writeTo(file);
    }

    /**
     * Writes an image to a stream, which is flushed but not closed.
     *
     * @throws IOException if reading a content or writing fails
     */
    public WriteReport writeTo(OutputStream out, WriteOptions options) throws IOException {
        return Image.builder().segment(this, options).build().writeTo(out);
    }
}
