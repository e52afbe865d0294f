/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.manifest;

import dev.wasmlinux.patchset.Manifest;
import dev.wasmlinux.patchset.Overlay;
import dev.wasmlinux.patchset.PatchEntry;
import dev.wasmlinux.patchset.Source;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.io.JsonStringEncoder;

/** Writes a manifest as text: two spaces of indentation, in the order of the schema. */
public final class ManifestWriter {
    private ManifestWriter() {}

    /** The manifest's text in UTF-8; {@link ManifestReader#read} gives the manifest again. */
    public static byte[] write(Manifest manifest) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("schema", Manifest.SCHEMA);
        root.put("component", manifest.component());
        root.put("description", manifest.description());
        root.put("license", manifest.license());
        Map<String, Object> upstream = new LinkedHashMap<>();
        upstream.put("version", manifest.version().text());
        upstream.put("range", manifest.range().toString());
        root.put("upstream", upstream);
        root.put("sources", manifest.sources().stream().map(ManifestWriter::source).toList());
        root.put("strip", manifest.strip());
        root.put("patches", manifest.patches().stream().map(ManifestWriter::patch).toList());
        manifest.overlay().ifPresent(overlay -> root.put("overlay", overlay(overlay)));
        manifest.patchedDigest().ifPresent(digest -> root.put("patchedDigest", digest));
        StringBuilder text = new StringBuilder();
        append(text, root, "\n");
        return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, Object> source(Source source) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("file", source.file());
        json.put("sha256", source.sha256());
        json.put("urls", source.urls().stream().map(Object::toString).toList());
        source.size().ifPresent(size -> json.put("size", size));
        source.root().ifPresent(root -> json.put("root", root));
        return json;
    }

    private static Map<String, Object> patch(PatchEntry patch) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("file", patch.file());
        json.put("title", patch.title());
        json.put("author", patch.author());
        patch.license().ifPresent(license -> json.put("license", license));
        json.put("purpose", patch.purpose());
        json.put("upstreamStatus", patch.upstreamStatus());
        patch.sha256().ifPresent(digest -> json.put("sha256", digest));
        return json;
    }

    private static Map<String, Object> overlay(Overlay overlay) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("directory", overlay.directory());
        json.put("executable", overlay.executable());
        json.put("replace", overlay.replace());
        return json;
    }

    private static void append(StringBuilder text, Object value, String newline) {
        if (value instanceof Map<?, ?> object) {
            List<String> fields = new ArrayList<>();
            object.forEach(
                    (name, field) -> {
                        StringBuilder one = new StringBuilder();
                        append(one, name, newline);
                        one.append(": ");
                        append(one, field, newline + "  ");
                        fields.add(one.toString());
                    });
            text.append(block('{', fields, '}', newline));
        } else if (value instanceof List<?> list) {
            List<String> elements = new ArrayList<>();
            for (Object element : list) {
                StringBuilder one = new StringBuilder();
                append(one, element, newline + "  ");
                elements.add(one.toString());
            }
            text.append(block('[', elements, ']', newline));
        } else if (value instanceof Number) {
            text.append(value);
        } else {
            text.append('"')
                    .append(JsonStringEncoder.getInstance().quoteAsCharArray(value.toString()))
                    .append('"');
        }
    }

    private static String block(char open, List<String> members, char close, String newline) {
        return members.isEmpty()
                ? "" + open + close
                : open
                        + newline
                        + "  "
                        + String.join("," + newline + "  ", members)
                        + newline
                        + close;
    }
}
