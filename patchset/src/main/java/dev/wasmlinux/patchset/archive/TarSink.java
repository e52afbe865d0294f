/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.archive;

import dev.wasmlinux.patchset.archive.TarReader.Entry;
import dev.wasmlinux.patchset.archive.TarReader.Owner;
import dev.wasmlinux.patchset.content.Content;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes another tar archive: a file that appears when it is complete, or a stream. */
public final class TarSink implements TreeSink {
    private final String root;
    private final Path target;
    private final Path draft;
    private final OutputStream out;
    private final TarWriter tar;

    private TarSink(String root, Path target, Path draft, OutputStream out) {
        this.root = root;
        this.target = target;
        this.draft = draft;
        this.out = out;
        this.tar = new TarWriter(out);
    }

    /** Into a stream, which stays open. */
    public static TarSink stream(String root, OutputStream out) {
        return new TarSink(root, null, null, out);
    }

    /** Into a file, compressed as its name says; one that exists is replaced at the end. */
    public static TarSink file(String root, Path target) throws IOException {
        Path absolute = target.toAbsolutePath();
        Path draft = absolute.resolveSibling("." + absolute.getFileName() + ".new");
        OutputStream file =
                Files.newOutputStream(
                        draft,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
        try {
            OutputStream out = Compression.byName(absolute).compress(file);
            return new TarSink(root, absolute, draft, out);
        } catch (IOException e) {
            file.close();
            Files.deleteIfExists(draft);
            throw e;
        }
    }

    private String name(String path) {
        return root + "/" + path;
    }

    @Override
    public void keep(TarReader reader, Entry entry, String path) throws IOException {
        tar.copy(reader, entry);
    }

    @Override
    public void file(String path, int mode, Owner owner, long seconds, Content content)
            throws IOException {
        tar.file(name(path), mode, owner, seconds, content);
    }

    @Override
    public void link(String path, String target, Owner owner, long seconds) throws IOException {
        tar.link(name(path), target, owner, seconds);
    }

    @Override
    public void directory(String path, Owner owner, long seconds) throws IOException {
        tar.directory(name(path), owner, seconds);
    }

    @Override
    public void finish() throws IOException {
        tar.end();
        if (target != null) {
            out.close();
            try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.READ)) {
                channel.force(true);
            }
            Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    @Override
    public void close() throws IOException {
        if (target != null) {
            try {
                out.close();
            } finally {
                Files.deleteIfExists(draft);
            }
        }
    }
}
