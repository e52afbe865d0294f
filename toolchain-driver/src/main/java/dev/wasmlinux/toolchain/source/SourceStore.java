/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.source;

import dev.wasmlinux.toolchain.BuildListener;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.io.CacheLayout;
import dev.wasmlinux.toolchain.io.Digests;
import dev.wasmlinux.toolchain.io.FileLocks;
import dev.wasmlinux.toolchain.io.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Source archives, stored by the digest of their bytes: {@code sources/sha256/ab/abcd…}. Safe
 * between threads and processes.
 */
public final class SourceStore {
    private final CacheLayout layout;
    private final List<Path> folders;
    private final boolean offline;
    private final Download download;

    /**
     * Creates the view of a store.
     *
     * @param layout where the store lies
     * @param folders local folders with archives, asked before any download; never modified
     * @param offline whether no connection may be made
     * @param environment environment variables, for those that name proxies
     */
    public SourceStore(
            CacheLayout layout,
            List<Path> folders,
            boolean offline,
            Map<String, String> environment) {
        this(layout, folders, offline, new Download(Download.Limits.DEFAULT, environment));
    }

    SourceStore(CacheLayout layout, List<Path> folders, boolean offline, Download download) {
        this.layout = layout;
        this.folders = List.copyOf(folders);
        this.offline = offline;
        this.download = download;
    }

    /**
     * An archive with verified bytes.
     *
     * @param file the stored file, named by its digest; must not be modified
     * @param variant which archive it is
     * @param origin where it came from, for messages
     */
    public record Stored(Path file, SourceArchive.Variant variant, String origin) {}

    /**
     * Looks whether an archive can be had without a connection.
     *
     * @param archive wanted release
     * @return whether some variant is stored or lies in a local folder; digests are not computed
     */
    public boolean isAtHand(SourceArchive archive) {
        return archive.variants().stream()
                .anyMatch(v -> Files.exists(path(v)) || inFolders(v).isPresent());
    }

    /**
     * Gets an archive: from the store, else from a local folder, else from the network.
     *
     * @param archive wanted release
     * @param listener hears of progress
     * @return a verified archive
     * @throws ToolchainException {@link Kind#CHECKSUM} if what was found has the wrong digest,
     *     {@link Kind#SOURCE} if nothing was found, {@link Kind#STORAGE} if it cannot be stored
     * @throws InterruptedException if cancelled; a partial download is kept
     */
    public Stored obtain(SourceArchive archive, BuildListener listener)
            throws ToolchainException, InterruptedException {
        try {
            for (SourceArchive.Variant variant : archive.variants()) {
                if (isStored(variant)) {
                    return new Stored(path(variant), variant, "the cache");
                }
            }
            for (SourceArchive.Variant variant : archive.variants()) {
                Optional<Path> local = inFolders(variant);
                if (local.isPresent()) {
                    place(local.get(), variant);
                    return new Stored(path(variant), variant, local.get().toString());
                }
            }
        } catch (IOException e) {
            throw new ToolchainException(
                    Kind.STORAGE, "cannot store " + archive.component() + ": " + e, e);
        }
        if (offline) {
            throw new ToolchainException(
                    Kind.SOURCE, "offline, and this is missing:\n" + wanted(archive));
        }
        return download(archive, listener);
    }

    /**
     * What is wanted and where it could come from, as text for people.
     *
     * @param archive release
     * @return indented lines
     */
    public String wanted(SourceArchive archive) {
        String where =
                folders.isEmpty()
                        ? "no local folder was given (--sources DIR or WASM_LINUX_SOURCES)"
                        : "not in "
                                + folders.stream()
                                        .map(Path::toString)
                                        .collect(Collectors.joining(", "));
        return "  "
                + archive.component()
                + " "
                + archive.version()
                + ", "
                + where
                + archive.variants().stream()
                        .map(
                                v ->
                                        "\n    "
                                                + v.name()
                                                + "  SHA-256 "
                                                + v.sha256()
                                                + v.locations().stream()
                                                        .map(uri -> "\n      " + uri)
                                                        .collect(Collectors.joining()))
                        .collect(Collectors.joining());
    }

    private Path path(SourceArchive.Variant variant) {
        return layout.sources()
                .resolve("sha256")
                .resolve(variant.sha256().substring(0, 2))
                .resolve(variant.sha256());
    }

    private boolean isStored(SourceArchive.Variant variant) throws IOException {
        Path file = path(variant);
        if (!Files.exists(file)) {
            return false;
        }
        if (Digests.of(file).equals(variant.sha256())) {
            // The time of its last use, for whoever makes the cache smaller.
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
            return true;
        }
        Files.delete(file); // damaged on disk: get it again
        return false;
    }

    private Optional<Path> inFolders(SourceArchive.Variant variant) {
        for (Path folder : folders) {
            for (String name : variant.names()) {
                Path file = folder.resolve(name);
                if (Files.isRegularFile(file)) {
                    return Optional.of(file);
                }
            }
        }
        return Optional.empty();
    }

    private void place(Path local, SourceArchive.Variant variant)
            throws ToolchainException, IOException, InterruptedException {
        Path target = path(variant);
        Files.createDirectories(target.getParent());
        Path draft = Files.createTempFile(target.getParent(), ".draft-", ".tmp");
        try {
            MessageDigest digest = Digests.sha256();
            try (InputStream in = Files.newInputStream(local);
                    OutputStream out =
                            new DigestOutputStream(Files.newOutputStream(draft), digest)) {
                in.transferTo(out);
            }
            String found = Digests.hex(digest);
            if (!found.equals(variant.sha256())) {
                throw new ToolchainException(
                        Kind.CHECKSUM,
                        local
                                + " has SHA-256 "
                                + found
                                + ",\n  but "
                                + variant.name()
                                + " must have "
                                + variant.sha256()
                                + ";\n  remove or replace that file");
            }
            Trees.syncFile(draft);
            Trees.place(draft, target);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private Stored download(SourceArchive archive, BuildListener listener)
            throws ToolchainException, InterruptedException {
        StringBuilder failures = new StringBuilder();
        boolean wrong = false;
        for (SourceArchive.Variant variant : archive.variants()) {
            if (variant.locations().isEmpty()) {
                continue;
            }
            try {
                return download(variant, listener);
            } catch (Download.WrongDigest e) {
                wrong = true;
                failures.append("\n  ").append(e.getMessage());
            } catch (IOException e) {
                failures.append("\n  ").append(e.getMessage());
            }
        }
        throw new ToolchainException(
                wrong ? Kind.CHECKSUM : Kind.SOURCE,
                "cannot download "
                        + archive.component()
                        + " "
                        + archive.version()
                        + ":"
                        + failures
                        + "\n  what is wanted, to put into a folder for --sources DIR:\n"
                        + wanted(archive));
    }

    private Stored download(SourceArchive.Variant variant, BuildListener listener)
            throws IOException, InterruptedException {
        FileLocks lock =
                FileLocks.acquire(
                        layout.lock("fetch-" + variant.sha256().substring(0, 16)),
                        () -> listener.waiting("download of " + variant.name()));
        try {
            if (isStored(variant)) {
                return new Stored(path(variant), variant, "another driver's download");
            }
            Path partial = layout.sources().resolve("partial").resolve(variant.sha256());
            Files.createDirectories(partial.getParent());
            String origin = download.fetch(variant, partial, listener).toString();
            Trees.syncFile(partial);
            Trees.place(partial, path(variant));
            Files.deleteIfExists(partial.resolveSibling(partial.getFileName() + ".json"));
            return new Stored(path(variant), variant, origin);
        } finally {
            lock.close();
        }
    }
}
