/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.patchset.ApplyOptions;
import dev.wasmlinux.patchset.ApplyReport;
import dev.wasmlinux.patchset.Manifest;
import dev.wasmlinux.patchset.PatchException;
import dev.wasmlinux.patchset.PatchSet;
import dev.wasmlinux.patchset.Source;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.source.Patches;
import dev.wasmlinux.toolchain.source.SourceArchive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        Manifest manifest = set().manifest();
        // One archive may be known by several names and lie in several places.
        Map<String, List<Source>> byDigest = new LinkedHashMap<>();
        for (Source source : manifest.sources()) {
            byDigest.computeIfAbsent(source.sha256(), digest -> new ArrayList<>()).add(source);
        }
        List<SourceArchive.Variant> variants = new ArrayList<>();
        byDigest.forEach(
                (digest, sources) ->
                        variants.add(
                                new SourceArchive.Variant(
                                        sources.stream().map(Source::file).toList(),
                                        digest,
                                        sources.stream()
                                                .flatMap(source -> source.urls().stream())
                                                .toList())));
        return new SourceArchive(manifest.component(), manifest.version().toString(), variants);
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
    public void applyTo(Path tree) throws ToolchainException, IOException {
        apply(tree, false);
    }

    private ApplyReport apply(Path tree, boolean dryRun) throws ToolchainException, IOException {
        try {
            return set().applyTo(tree, ApplyOptions.DEFAULT.withDryRun(dryRun));
        } catch (PatchException e) {
            throw new ToolchainException(
                    Kind.PATCH, "patch set " + set() + " does not fit: " + e.getMessage(), e);
        }
    }
}
