/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.source;

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
import dev.wasmlinux.toolchain.BuildListener;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.io.CacheLayout;
import dev.wasmlinux.toolchain.io.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What can be done with whole patch sets and the verified archives of their upstreams. */
public final class PatchSetWork {
    private final CacheLayout layout;
    private final SourceStore store;

    /**
     * Creates it.
     *
     * @param layout where scratch trees go
     * @param store where archives come from
     */
    public PatchSetWork(CacheLayout layout, SourceStore store) {
        this.layout = layout;
        this.store = store;
    }

    @FunctionalInterface
    private interface Work<T> {
        T run() throws IOException, ToolchainException, InterruptedException;
    }

    private static <T> T guarded(String what, Work<T> work)
            throws ToolchainException, InterruptedException {
        try {
            return work.run();
        } catch (PatchException e) {
            throw new ToolchainException(Kind.PATCH, e.getMessage(), e);
        } catch (IOException e) {
            throw new ToolchainException(Kind.STORAGE, "cannot " + what + ": " + e, e);
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
     * Holds a set against its archive.
     *
     * @param set any set with a source
     * @return what was found, for people
     * @throws ToolchainException {@link Kind#PATCH} if it does not fit, or makes another tree than
     *     the one it pins
     */
    public String verify(PatchSet set, BuildListener listener)
            throws ToolchainException, InterruptedException {
        UpstreamArchive archive = archive(set, listener);
        return guarded(
                "verify",
                () -> {
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

    /**
     * Pins the digest of the patched tree in a set's manifest.
     *
     * @param directory the set
     * @return what was done, for people
     */
    public String pin(Path directory, BuildListener listener)
            throws ToolchainException, InterruptedException {
        PatchSet set = load(directory.toString());
        if (set.manifest().sources().isEmpty()) {
            return set.manifest().component() + ": no source archive, nothing to pin";
        }
        UpstreamArchive archive = archive(set, listener);
        return guarded(
                "refresh",
                () -> {
                    Verification found = PatchSet.pin(directory, archive);
                    boolean same =
                            found.expectedDigest()
                                    .filter(found.patchedDigest()::equals)
                                    .isPresent();
                    return set.manifest().component()
                            + ": patched tree "
                            + found.patchedDigest()
                            + (same ? ", unchanged" : ", now pinned");
                });
    }

    /**
     * Writes the patched upstream.
     *
     * @param set any set with a source
     * @param output a new directory, or a file whose name has {@code .tar} in it
     * @return what was applied
     */
    public ApplyReport export(PatchSet set, Path output, BuildListener listener)
            throws ToolchainException, InterruptedException {
        UpstreamArchive archive = archive(set, listener);
        return guarded(
                "write " + output,
                () -> set.applyTo(archive, output(output), ApplyOptions.DEFAULT.withPinned(false)));
    }

    /** A directory, or an archive if the name says so. */
    public static PatchedOutput output(Path output) {
        String name = String.valueOf(output.getFileName());
        return name.matches(".*\\.(tar(\\..*)?|tgz|txz|tbz2?)")
                ? PatchedOutput.tar(output)
                : PatchedOutput.directory(output);
    }

    /**
     * Writes a set anew from an edited tree.
     *
     * @param set the set that the tree was patched with
     * @param edited the tree
     * @param output directory of the new set, empty or missing
     * @param fuzz as for {@code patch apply}
     * @return the new set
     */
    public PatchSet regenerate(
            PatchSet set, Path edited, Path output, int fuzz, BuildListener listener)
            throws ToolchainException, InterruptedException {
        UpstreamArchive archive = archive(set, listener);
        return guarded(
                "refresh",
                () -> {
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
