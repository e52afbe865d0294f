/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The contents of a {@code patchset.json}, schema 1. Immutable.
 *
 * <pre>{@code
 * {
 *   "schema": 1,                                   required, 1
 *   "component": "linux",                          required: lower case, digits, '-'
 *   "description": "Linux on WebAssembly",         required
 *   "license": "GPL-2.0-only",                     required: SPDX, of patches and overlay
 *   "upstream": {                                  required
 *     "version": "6.12.107",                       required: the version built by default
 *     "range": "[6.12.100,6.13)"                   versions it is verified for; default: version
 *   },
 *   "sources": [                                   alternatives, by preference; default none
 *     { "file": "linux-6.12.107.tar.xz",           required
 *       "sha256": "a5f8...",                       required
 *       "urls": ["https://cdn.kernel.org/..."],    default none
 *       "size": 147906904,                         optional, bytes
 *       "root": "linux-6.12.107" }                 optional: the tree's directory in the archive
 *   ],
 *   "strip": 1,                                    leading path components to drop, default 1
 *   "patches": [                                   in order of application; default none
 *     { "file": "patches/0001-a.patch",            required
 *       "title": "...",                            required, one line
 *       "author": "Name <mail>",                   required
 *       "license": "MIT",                          default: the set's
 *       "purpose": "...",                          required
 *       "upstreamStatus": "not-needed",            required
 *       "sha256": "..." }                          optional
 *   ],
 *   "overlay": {                                   optional
 *     "directory": "overlay",                      required
 *     "executable": ["scripts/*.py"],              default none
 *     "replace": ["Kconfig"]                       default none
 *   },
 *   "patchedDigest": "..."                         optional: see PatchSet.verify
 * }
 * }</pre>
 *
 * <p>Unknown and repeated fields are errors, reported with their position.
 *
 * @param component the upstream component's name
 * @param description what the set makes of it
 * @param license SPDX licence expression of the set's patches and overlay
 * @param version the upstream version that is built by default
 * @param range the upstream versions that the set is verified for
 * @param sources archives of {@code version}, alternatives in order of preference
 * @param strip how many leading components patches' paths lose, 0 or more
 * @param patches the patches in order
 * @param overlay whole new files, if any
 * @param patchedDigest SHA-256 over everything that the set changed or added in the patched tree
 */
public record Manifest(
        String component,
        String description,
        String license,
        Version version,
        VersionRange range,
        List<Source> sources,
        int strip,
        List<PatchEntry> patches,
        Optional<Overlay> overlay,
        Optional<String> patchedDigest) {
    /** The file name of a manifest in its set. */
    public static final String FILE_NAME = "patchset.json";

    /** The schema that this library reads and writes. */
    public static final int SCHEMA = 1;

    /** Checks the fields. */
    public Manifest {
        Objects.requireNonNull(description, "description");
        Objects.requireNonNull(overlay, "overlay");
        sources = List.copyOf(sources);
        patches = List.copyOf(patches);
        if (!component.matches("[a-z0-9][a-z0-9-]*")) {
            throw new IllegalArgumentException("not a component name: \"" + component + "\"");
        }
        if (license.isBlank()) {
            throw new IllegalArgumentException("a patch set needs a licence");
        }
        if (!range.contains(version)) {
            throw new IllegalArgumentException(
                    "version " + version + " lies outside the set's own range " + range);
        }
        if (strip < 0 || strip > 100) {
            throw new IllegalArgumentException("strip must be 0 to 100: " + strip);
        }
        if (patchedDigest.isPresent() && !patchedDigest.get().matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException(
                    "patchedDigest must be 64 lower-case hexadecimal digits: \""
                            + patchedDigest.get()
                            + "\"");
        }
        Set<String> files = new HashSet<>();
        for (PatchEntry patch : patches) {
            if (!files.add(patch.file())) {
                throw new IllegalArgumentException("patch named twice: " + patch.file());
            }
        }
    }

    /** Returns this manifest with other patches and another digest of the patched tree. */
    public Manifest withPatches(List<PatchEntry> newPatches, Optional<String> newPatchedDigest) {
        return new Manifest(
                component,
                description,
                license,
                version,
                range,
                sources,
                strip,
                newPatches,
                overlay,
                newPatchedDigest);
    }

    static void requireInside(String field, String path) {
        for (String part : path.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..") || part.contains("\\")) {
                throw new IllegalArgumentException(
                        field + " must be a plain relative path with '/': \"" + path + "\"");
            }
        }
    }
}
