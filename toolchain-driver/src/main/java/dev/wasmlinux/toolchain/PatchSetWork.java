/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain;

import dev.wasmlinux.patchset.ApplyOptions;
import dev.wasmlinux.patchset.ApplyReport;
import dev.wasmlinux.patchset.ManifestException;
import dev.wasmlinux.patchset.PatchException;
import dev.wasmlinux.patchset.PatchSet;
import dev.wasmlinux.patchset.PatchedDigestException;
import dev.wasmlinux.patchset.PatchedOutput;
import dev.wasmlinux.patchset.Patches;
import dev.wasmlinux.patchset.UpstreamArchive;
import dev.wasmlinux.patchset.Verification;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.io.CacheLayout;
import dev.wasmlinux.toolchain.io.Trees;
import dev.wasmlinux.toolchain.source.SourceArchive;
import dev.wasmlinux.toolchain.source.SourceStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What can be done with whole patch sets and the verified archives of their upstreams. A set is
 * named by the name of a bundled one, or by a directory with a {@code patchset.json}.
 *
 * <p>Immutable and thread safe. Every operation throws {@link InterruptedException} if its thread
 * is interrupted, and {@link ToolchainException} of {@link Kind#PATCH} if a set does not fit, of
 * {@link Kind#USAGE} if there is no such set.
 */
public final class PatchSetWork {
    private final Toolchain toolchain;
    private final CacheLayout layout;
    private final SourceStore store;

    PatchSetWork(Toolchain toolchain, CacheLayout layout, SourceStore store) {
        this.toolchain = toolchain;
        this.layout = layout;
        this.store = store;
    }

    @FunctionalInterface
    private interface Work<T> {
        T run(UpstreamArchive archive) throws IOException, ToolchainException, InterruptedException;
    }

    /** Does something with a set's archive, which nobody takes away meanwhile. */
    private <T> T with(PatchSet set, BuildListener listener, Work<T> work)
            throws ToolchainException, InterruptedException {
        try {
            return toolchain.holding(listener, () -> work.run(archive(set, listener)));
        } catch (PatchException e) {
            throw new ToolchainException(Kind.PATCH, e.getMessage(), e);
        }
    }

    /**
     * Loads a set.
     *
     * @param set name of a bundled set, or a directory with a {@code patchset.json}
     * @throws ToolchainException {@link Kind#USAGE} if there is no such set
     */
    public static PatchSet load(String set) throws ToolchainException {
        try {
            if (set.matches("[a-z0-9-]+") && !Files.isDirectory(Path.of(set))) {
                return PatchSet.bundled(set);
            }
            return PatchSet.load(Path.of(set));
        } catch (ManifestException e) {
            throw new ToolchainException(Kind.PATCH, e.getMessage(), e);
        } catch (IOException e) {
            throw new ToolchainException(
                    Kind.USAGE,
                    "no patch set " + set + ": neither a bundled one nor a directory with one",
                    e);
        }
    }

    private UpstreamArchive archive(PatchSet set, BuildListener listener)
            throws ToolchainException, InterruptedException {
        if (set.manifest().sources().isEmpty()) {
            throw new ToolchainException(
                    Kind.USAGE, set.manifest().component() + " has no source archive");
        }
        SourceStore.Stored stored = store.obtain(SourceArchive.of(set.manifest()), listener);
        String name = stored.variant().name();
        listener.note("reading " + name);
        return UpstreamArchive.of(
                name, Optional.empty(), () -> Files.newInputStream(stored.file()));
    }

    /**
     * Holds a set against the verified archive of its upstream, without unpacking it: every patch
     * must fit, and the patched tree be the one that the set pins. A set that is empty by design
     * ("llvm") holds if this machine's own tools can do everything.
     *
     * @param name the set
     * @param listener hears what happens
     * @return what was found, for people
     * @throws ToolchainException {@link Kind#PATCH} if it does not hold, {@link Kind#HOST} if the
     *     tools do not serve
     */
    public String verify(String name, BuildListener listener)
            throws ToolchainException, InterruptedException {
        PatchSet set = load(name);
        if (set.manifest().sources().isEmpty()) {
            return verifyTools(set);
        }
        return with(
                set,
                listener,
                archive -> {
                    Verification found = set.verify(archive);
                    if (!found.matches()) {
                        throw new PatchedDigestException(
                                set.toString(),
                                found.expectedDigest().orElseThrow(),
                                found.patchedDigest());
                    }
                    return String.format(
                            "%s fits %s%s: %d patches, %d whole files,%n  patched tree %s, %s",
                            set,
                            archive.name(),
                            found.report().moved() ? " (with moved hunks: refresh it)" : "",
                            set.patches().size(),
                            set.overlay().size(),
                            found.patchedDigest(),
                            found.expectedDigest().isPresent() ? "as pinned" : "nothing pinned");
                });
    }

    private String verifyTools(PatchSet set) throws ToolchainException, InterruptedException {
        HostReport report = toolchain.doctor();
        if (!report.ok()) {
            throw new ToolchainException(
                    Kind.HOST,
                    set
                            + " has no patch, but this machine's tools do not serve:\n"
                            + report.toText());
        }
        return set + " is empty by design: this machine's tools serve as they are";
    }

    /**
     * Pins the digest of the patched tree in a set's manifest: needed after every change of the set
     * that is meant to stay.
     *
     * @param directory the set, whose {@code patchset.json} is edited
     * @param listener hears what happens
     * @return what was done, for people
     */
    public String pin(Path directory, BuildListener listener)
            throws ToolchainException, InterruptedException {
        PatchSet set = load(directory.toString());
        if (set.manifest().sources().isEmpty()) {
            return set.manifest().component() + ": no source archive, nothing to pin";
        }
        Verification found = with(set, listener, archive -> PatchSet.pin(directory, archive));
        boolean same = found.expectedDigest().filter(found.patchedDigest()::equals).isPresent();
        return set.manifest().component()
                + ": patched tree "
                + found.patchedDigest()
                + (same ? ", unchanged" : ", now pinned");
    }

    /**
     * Writes the patched upstream.
     *
     * @param name the set, which has a source
     * @param output a directory, which must be empty or missing, or a tar archive by its name
     * @param listener hears what happens
     * @return what was applied
     */
    public ApplyReport export(String name, Path output, BuildListener listener)
            throws ToolchainException, InterruptedException {
        PatchSet set = load(name);
        return with(
                set,
                listener,
                archive ->
                        set.applyTo(
                                archive, output(output), ApplyOptions.DEFAULT.withPinned(false)));
    }

    /** A directory, or an archive if the name says so. */
    public static PatchedOutput output(Path output) {
        String name = String.valueOf(output.getFileName());
        return name.matches(".*\\.(tar(\\..*)?|tgz|txz|tbz2?)")
                ? PatchedOutput.tar(output)
                : PatchedOutput.directory(output);
    }

    /**
     * Writes a set anew from a tree that was patched with it and edited since.
     *
     * @param name the set
     * @param edited the tree, without build products
     * @param output directory of the new set, which must be empty or missing
     * @param fuzz lines of context that may differ, if the tree is of another version
     * @param listener hears what happens
     * @return the new set
     */
    public PatchSet regenerate(
            String name, Path edited, Path output, int fuzz, BuildListener listener)
            throws ToolchainException, InterruptedException {
        PatchSet set = load(name);
        return with(
                set,
                listener,
                archive -> {
                    layout.createWork();
                    Path scratch = Files.createTempDirectory(layout.work(), "scratch-");
                    try {
                        Path upstream = scratch.resolve("upstream");
                        Patches.apply(
                                archive,
                                PatchedOutput.directory(upstream),
                                List.of(),
                                ApplyOptions.DEFAULT);
                        return set.refresh(upstream, edited, output, fuzz);
                    } finally {
                        Trees.delete(scratch);
                    }
                });
    }
}
