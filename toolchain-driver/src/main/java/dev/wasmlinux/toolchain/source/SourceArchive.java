/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.source;

import dev.wasmlinux.patchset.Manifest;
import dev.wasmlinux.patchset.Source;
import dev.wasmlinux.toolchain.io.Digests;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The source of one component: a release, and the archives that hold it.
 *
 * @param component for example "linux"
 * @param version upstream version
 * @param variants archives with the same release, in order of preference; any of them serves
 */
public record SourceArchive(String component, String version, List<Variant> variants) {

    /** Copies and checks the values. */
    public SourceArchive {
        variants = List.copyOf(variants);
        if (variants.isEmpty()) {
            throw new IllegalArgumentException("no archive for " + component);
        }
    }

    /**
     * The release that a patch set is made for.
     *
     * @param manifest the set's manifest, with at least one source
     */
    public static SourceArchive of(Manifest manifest) {
        // One archive may be known by several names and lie in several places.
        Map<String, List<Source>> byDigest = new LinkedHashMap<>();
        for (Source source : manifest.sources()) {
            byDigest.computeIfAbsent(source.sha256(), digest -> new ArrayList<>()).add(source);
        }
        List<Variant> variants = new ArrayList<>();
        byDigest.forEach(
                (digest, sources) ->
                        variants.add(
                                new Variant(
                                        sources.stream().map(Source::file).toList(),
                                        digest,
                                        sources.stream()
                                                .flatMap(source -> source.urls().stream())
                                                .toList())));
        return new SourceArchive(manifest.component(), manifest.version().toString(), variants);
    }

    /**
     * One archive file.
     *
     * @param names file names under which it is known, upstream's first
     * @param sha256 digest of its bytes, 64 lower-case hexadecimal digits
     * @param locations where it can be downloaded, tried in this order; may be empty
     */
    public record Variant(List<String> names, String sha256, List<URI> locations) {

        /** Copies and checks the values. */
        public Variant {
            names = List.copyOf(names);
            locations = List.copyOf(locations);
            if (names.isEmpty() || !sha256.matches("[0-9a-f]{64}")) {
                throw new IllegalArgumentException("archive " + names + ", digest " + sha256);
            }
        }

        /** Upstream's file name. */
        public String name() {
            return names.get(0);
        }
    }

    /**
     * Identity of the release, the same whichever archive is at hand: the accepted archives hold
     * the same files as far as any build reads them.
     */
    public String identity() {
        return component
                + " "
                + version
                + " "
                + Digests.of(
                        variants.stream().map(Variant::sha256).collect(Collectors.joining(" ")));
    }
}
