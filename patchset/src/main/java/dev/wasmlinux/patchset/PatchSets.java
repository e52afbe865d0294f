/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import dev.wasmlinux.patchset.manifest.SetFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A catalogue of patch sets. A component may have several sets, for different versions; the one
 * whose directory has the component's name is its default. Immutable.
 */
public final class PatchSets {
    private record Named(String directory, PatchSet set) {}

    private final List<Named> sets;

    private PatchSets(List<Named> sets) {
        this.sets = List.copyOf(sets);
    }

    /**
     * The sets that come with this library.
     *
     * @throws IOException if they cannot be listed or read
     */
    public static PatchSets bundled() throws IOException {
        URL catalogue = PatchSets.class.getResource("catalogue.txt");
        if (catalogue == null) {
            throw new FileNotFoundException("the library's catalogue of patch sets is missing");
        }
        List<Named> sets = new ArrayList<>();
        for (String name : SetFiles.siblings(catalogue)) {
            sets.add(new Named(name, loadBundled(name)));
        }
        return new PatchSets(sets);
    }

    static PatchSet loadBundled(String name) throws IOException {
        URL manifest =
                name.contains("/")
                        ? null
                        : PatchSets.class.getResource(name + "/" + Manifest.FILE_NAME);
        if (manifest == null) {
            throw new FileNotFoundException(
                    "no patch set \"" + name + "\" comes with this library");
        }
        return new PatchSet(SetFiles.of(manifest));
    }

    /**
     * The sets in the directories of a directory.
     *
     * @throws IOException if they cannot be listed or read
     */
    public static PatchSets in(Path directory) throws IOException {
        List<Path> found;
        try (Stream<Path> children = Files.list(directory)) {
            found =
                    children.filter(child -> Files.exists(child.resolve(Manifest.FILE_NAME)))
                            .sorted()
                            .toList();
        }
        List<Named> sets = new ArrayList<>();
        for (Path child : found) {
            sets.add(new Named(child.getFileName().toString(), PatchSet.load(child)));
        }
        return new PatchSets(sets);
    }

    /** All sets, by the names of their directories. */
    public List<PatchSet> all() {
        return sets.stream().map(Named::set).toList();
    }

    /** The components that have sets, sorted. */
    public List<String> components() {
        return sets.stream()
                .map(named -> named.set().manifest().component())
                .distinct()
                .sorted()
                .toList();
    }

    /** The default set of a component: the one that bears its name, else its only one. */
    public Optional<PatchSet> find(String component) {
        List<Named> candidates = of(component);
        return candidates.stream()
                .filter(named -> named.directory().equals(component) || candidates.size() == 1)
                .map(Named::set)
                .findFirst();
    }

    /** The set of a component that is verified for a version; the default one if several are. */
    public Optional<PatchSet> find(String component, Version version) {
        Optional<PatchSet> preferred = find(component).filter(set -> covers(set, version));
        return preferred.isPresent()
                ? preferred
                : of(component).stream()
                        .map(Named::set)
                        .filter(set -> covers(set, version))
                        .findFirst();
    }

    /**
     * As {@link #find(String, Version)}, but the absence of a set is an error that says what there
     * is.
     *
     * @throws IllegalArgumentException if no set of the component covers the version
     */
    public PatchSet get(String component, Version version) {
        return find(component, version)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        of(component).isEmpty()
                                                ? "no patch set for \""
                                                        + component
                                                        + "\"; there are sets for "
                                                        + components()
                                                : "no patch set covers "
                                                        + component
                                                        + " "
                                                        + version
                                                        + "; there are sets for "
                                                        + of(component).stream()
                                                                .map(n -> n.set().manifest())
                                                                .map(m -> m.range().toString())
                                                                .collect(
                                                                        Collectors.joining(", "))));
    }

    private List<Named> of(String component) {
        return sets.stream()
                .filter(named -> named.set().manifest().component().equals(component))
                .toList();
    }

    private static boolean covers(PatchSet set, Version version) {
        return set.manifest().range().contains(version);
    }
}
