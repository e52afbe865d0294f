/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.manifest;

import dev.wasmlinux.patchset.Manifest;
import dev.wasmlinux.patchset.ManifestException;
import dev.wasmlinux.patchset.Overlay;
import dev.wasmlinux.patchset.PatchEntry;
import dev.wasmlinux.patchset.Source;
import dev.wasmlinux.patchset.Version;
import dev.wasmlinux.patchset.VersionRange;
import java.net.URI;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/** Reads a manifest's text. */
public final class ManifestReader {
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(20)
                                    .maxNumberLength(20)
                                    .build())
                    .build();

    private final String name;

    private ManifestReader(String name) {
        this.name = name;
    }

    /**
     * Reads a manifest.
     *
     * @param name the manifest's name for errors
     * @param text UTF-8
     * @throws ManifestException if it is not JSON or does not follow the schema
     */
    public static Manifest read(String name, byte[] text) {
        return new ManifestReader(name).read(text);
    }

    private Manifest read(byte[] text) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() == null) {
                throw new ManifestException(name, 1, 1, "the manifest is empty");
            }
            JsonObject.Located root = JsonObject.read(name, parser);
            if (!(root.value() instanceof JsonObject object)) {
                throw new ManifestException(name, 1, 1, "the manifest must be an object");
            }
            if (parser.nextToken() != null) {
                TokenStreamLocation at = parser.currentTokenLocation();
                throw new ManifestException(
                        name, at.getLineNr(), at.getColumnNr(), "text after the manifest");
            }
            return manifest(object);
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            throw new ManifestException(
                    name,
                    at == null ? 0 : at.getLineNr(),
                    at == null ? 0 : at.getColumnNr(),
                    "not JSON: " + e.getOriginalMessage());
        }
    }

    private static Manifest manifest(JsonObject json) {
        long schema = json.requiredNumber("schema");
        if (schema != Manifest.SCHEMA) {
            throw json.error(
                    "schema " + schema + " is not known; this library reads " + Manifest.SCHEMA);
        }
        JsonObject upstream = json.requiredObject("upstream");
        String version = upstream.requiredText("version");
        String range = upstream.text("range").orElse(version);
        upstream.end();
        Manifest manifest =
                checked(
                        json,
                        () ->
                                new Manifest(
                                        json.requiredText("component"),
                                        json.requiredText("description"),
                                        json.requiredText("license"),
                                        checked(upstream, () -> Version.of(version)),
                                        checked(upstream, () -> VersionRange.parse(range)),
                                        json.objects("sources").stream()
                                                .map(ManifestReader::source)
                                                .toList(),
                                        Math.toIntExact(
                                                Math.min(json.number("strip").orElse(1L), 1000)),
                                        json.objects("patches").stream()
                                                .map(ManifestReader::patch)
                                                .toList(),
                                        json.object("overlay").map(ManifestReader::overlay),
                                        json.text("patchedDigest")));
        json.end();
        return manifest;
    }

    private static Source source(JsonObject json) {
        Source source =
                checked(
                        json,
                        () ->
                                new Source(
                                        json.requiredText("file"),
                                        json.requiredText("sha256"),
                                        json.texts("urls").stream().map(URI::create).toList(),
                                        json.number("size"),
                                        json.text("root")));
        json.end();
        return source;
    }

    private static PatchEntry patch(JsonObject json) {
        PatchEntry patch =
                checked(
                        json,
                        () ->
                                new PatchEntry(
                                        json.requiredText("file"),
                                        json.requiredText("title"),
                                        json.requiredText("author"),
                                        json.text("license"),
                                        json.requiredText("purpose"),
                                        json.requiredText("upstreamStatus"),
                                        json.text("sha256")));
        json.end();
        return patch;
    }

    private static Overlay overlay(JsonObject json) {
        Overlay overlay =
                checked(
                        json,
                        () ->
                                new Overlay(
                                        json.requiredText("directory"),
                                        json.texts("executable"),
                                        json.texts("replace")));
        json.end();
        return overlay;
    }

    /** Gives the error of a value's own check the place of the object that holds it. */
    private static <T> T checked(JsonObject json, Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw json.error(e.getMessage());
        }
    }
}
