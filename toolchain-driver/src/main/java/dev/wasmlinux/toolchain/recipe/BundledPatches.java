/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.patchset.ApplyOptions;
import dev.wasmlinux.patchset.ApplyReport;
import dev.wasmlinux.patchset.PatchException;
import dev.wasmlinux.patchset.PatchSet;
import dev.wasmlinux.patchset.PatchedDigestException;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.source.Patches;
import dev.wasmlinux.toolchain.source.SourceArchive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A patch set of the library as the change to a source tree; read when first needed. */
public final class BundledPatches implements Patches {
    private final String component;
    private PatchSet set;

    /**
     * Names the set of a component.
     *
     * @param component for example "linux"
     */
    public BundledPatches(String component) {
        this.component = component;
    }

    /**
     * The set.
     *
     * @throws ToolchainException {@link Kind#PATCH} if it cannot be read
     */
    public synchronized PatchSet set() throws ToolchainException {
        if (set == null) {
            try {
                set = PatchSet.bundled(component);
            } catch (IOException | PatchException e) {
                throw new ToolchainException(
                        Kind.PATCH, "patch set " + component + ": " + e.getMessage(), e);
            }
        }
        return set;
    }

    /**
     * The release that the set is made for.
     *
     * @throws ToolchainException {@link Kind#PATCH} if the set cannot be read
     */
    public SourceArchive archive() throws ToolchainException {
        return SourceArchive.of(set().manifest());
    }

    @Override
    public String digest() throws ToolchainException {
        return set().digest();
    }

    @Override
    public Set<String> touches(Path tree) throws ToolchainException, IOException {
        ApplyReport report = apply(tree, true);
        Set<String> paths = new TreeSet<>(report.overlay());
        for (ApplyReport.PatchResult patch : report.patches()) {
            for (ApplyReport.FileResult file : patch.files()) {
                paths.add(file.path());
                file.source().ifPresent(paths::add);
            }
        }
        return paths;
    }

    @Override
    public Optional<String> applyTo(Path tree) throws ToolchainException, IOException {
        try {
            set().applyTo(tree);
            return Optional.empty();
        } catch (PatchedDigestException e) {
            // Somebody works on the set. Its own digest is part of the steps' keys in any case.
            apply(tree, false);
            return Optional.of(
                    "patch set "
                            + component
                            + " was edited since its digest was pinned; before you pass it on: "
                            + "wasm-linux patch refresh DIRECTORY-OF-THE-SET");
        } catch (PatchException e) {
            throw failure(e);
        }
    }

    private ApplyReport apply(Path tree, boolean dryRun) throws ToolchainException, IOException {
        try {
            return set().applyTo(tree, ApplyOptions.DEFAULT.withDryRun(dryRun).withPinned(false));
        } catch (PatchException e) {
            throw failure(e);
        }
    }

    private ToolchainException failure(PatchException e) throws ToolchainException {
        return new ToolchainException(
                Kind.PATCH, "patch set " + set() + " does not fit: " + e.getMessage(), e);
    }
}
