/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.toolchain.io.Digests;
import dev.wasmlinux.toolchain.io.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What an image consists of, written as CycloneDX 1.6 or SPDX 2.3. The same image gives the same
 * bytes: the time is that of the build's fixed clock, identifiers are derived from the contents.
 *
 * @param release release of the kernel, which is the image's version
 * @param identity digest of everything in the image
 * @param compiler what compiled it
 * @param parts software in it
 * @param files files of the root file system
 */
record Bill(String release, String identity, String compiler, List<Part> parts, List<File> files) {
    private static final String NAME = "wasm-linux-image";
    private static final String UNKNOWN = "NOASSERTION";

    /**
     * One piece of software.
     *
     * @param name unique name
     * @param type kind, in the words of CycloneDX
     * @param version upstream's; empty if it has none
     * @param license SPDX expression; empty if nobody said
     * @param description one line
     * @param sha256 digest of what was built
     * @param archives accepted source archives
     * @param patches changes to the source, with the file name as key and the title as value
     * @param needs names of parts that are linked into it
     */
    record Part(
            String name,
            String type,
            String version,
            String license,
            String description,
            String sha256,
            List<Archive> archives,
            Map<String, String> patches,
            List<String> needs) {}

    /**
     * A source archive.
     *
     * @param file its name
     * @param sha256 its digest
     * @param url where it can be had; empty if only locally
     */
    record Archive(String file, String sha256, String url) {}

    /**
     * A regular file of the root file system.
     *
     * @param path path without a leading slash
     * @param size in bytes
     * @param sha256 digest
     * @param sha1 digest that SPDX 2.3 wants
     */
    record File(String path, long size, String sha256, String sha1) {}

    private UUID uuid() {
        return UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8));
    }

    private static String time() {
        return Instant.ofEpochSecond(BuildHost.SOURCE_DATE_EPOCH).toString();
    }

    private static Json.Items items(List<Json.Members> objects) {
        Json.Items items = Json.array();
        objects.forEach(items::add);
        return items;
    }

    private static Json.Items texts(List<String> values) {
        Json.Items items = Json.array();
        values.forEach(items::add);
        return items;
    }

    private static Json.Members object(String... namesAndValues) {
        Json.Members object = Json.object();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            if (!namesAndValues[i + 1].isEmpty()) {
                object.put(namesAndValues[i], namesAndValues[i + 1]);
            }
        }
        return object;
    }

    /** The bill as CycloneDX 1.6. */
    String cycloneDx() {
        Json.Members bill = object("bomFormat", "CycloneDX", "specVersion", "1.6");
        bill.put("serialNumber", "urn:uuid:" + uuid());
        bill.put("version", 1);
        Json.Members metadata = object("timestamp", time());
        Json.Members tools = Json.object();
        tools.put(
                "components",
                items(
                        List.of(
                                object("type", "application", "name", "wasm-linux"),
                                object(
                                        "type",
                                        "application",
                                        "name",
                                        "clang",
                                        "version",
                                        compiler))));
        metadata.put("tools", tools);
        metadata.put(
                "component",
                object(
                        "type",
                        "operating-system",
                        "bom-ref",
                        "image",
                        "name",
                        NAME,
                        "version",
                        release));
        bill.put("metadata", metadata);
        List<Json.Members> components = new ArrayList<>();
        parts.forEach(part -> components.add(cycloneDx(part)));
        for (File file : files) {
            Json.Members object =
                    object("type", "file", "bom-ref", "file:" + file.path(), "name", file.path());
            object.put("hashes", hashes(file.sha256()));
            object.put(
                    "properties",
                    items(
                            List.of(
                                    object(
                                            "name",
                                            "dev.wasmlinux:size",
                                            "value",
                                            Long.toString(file.size())))));
            components.add(object);
        }
        bill.put("components", items(components));
        List<Json.Members> dependencies = new ArrayList<>();
        Json.Members whole = object("ref", "image");
        List<String> all = new ArrayList<>(parts.stream().map(Part::name).toList());
        files.forEach(file -> all.add("file:" + file.path()));
        whole.put("dependsOn", texts(all));
        dependencies.add(whole);
        for (Part part : parts) {
            Json.Members object = object("ref", part.name());
            object.put("dependsOn", texts(part.needs()));
            dependencies.add(object);
        }
        bill.put("dependencies", items(dependencies));
        return bill.text();
    }

    private static Json.Items hashes(String sha256) {
        return items(List.of(object("alg", "SHA-256", "content", sha256)));
    }

    private static Json.Members cycloneDx(Part part) {
        Json.Members object =
                object(
                        "type",
                        part.type(),
                        "bom-ref",
                        part.name(),
                        "name",
                        part.name(),
                        "version",
                        part.version(),
                        "description",
                        part.description());
        object.put("hashes", hashes(part.sha256()));
        if (!part.license().isEmpty()) {
            object.put("licenses", items(List.of(object("expression", part.license()))));
        }
        List<Json.Members> references = new ArrayList<>();
        for (Archive archive : part.archives()) {
            Json.Members reference =
                    object(
                            "type",
                            "source-distribution",
                            "url",
                            archive.url().isEmpty() ? archive.file() : archive.url());
            reference.put("hashes", hashes(archive.sha256()));
            references.add(reference);
        }
        if (!references.isEmpty()) {
            object.put("externalReferences", items(references));
        }
        if (!part.patches().isEmpty()) {
            Json.Members pedigree = Json.object();
            pedigree.put(
                    "ancestors",
                    items(
                            List.of(
                                    object(
                                            "type",
                                            part.type(),
                                            "name",
                                            part.name(),
                                            "version",
                                            part.version()))));
            List<Json.Members> patches = new ArrayList<>();
            for (String file : part.patches().keySet()) {
                Json.Members patch = object("type", "unofficial");
                patch.put("diff", object("url", file));
                patches.add(patch);
            }
            pedigree.put("patches", items(patches));
            pedigree.put("notes", String.join("; ", part.patches().values()));
            object.put("pedigree", pedigree);
        }
        return object;
    }

    /** The bill as SPDX 2.3. */
    String spdx() {
        Json.Members bill =
                object(
                        "spdxVersion",
                        "SPDX-2.3",
                        "dataLicense",
                        "CC0-1.0",
                        "SPDXID",
                        "SPDXRef-DOCUMENT",
                        "name",
                        NAME + "-" + release,
                        "documentNamespace",
                        "urn:uuid:" + uuid());
        Json.Members creation = object("created", time());
        creation.put("creators", texts(List.of("Tool: wasm-linux", "Tool: " + compiler)));
        bill.put("creationInfo", creation);
        List<Json.Members> packages = new ArrayList<>();
        Json.Members image = spdx(NAME, release, UNKNOWN, "", identity);
        image.put("primaryPackagePurpose", "OPERATING-SYSTEM");
        image.put("filesAnalyzed", true);
        image.put(
                "packageVerificationCode",
                object("packageVerificationCodeValue", verificationCode()));
        packages.add(image);
        List<Json.Members> relations = new ArrayList<>();
        relations.add(relation("SPDXRef-DOCUMENT", "DESCRIBES", id(NAME)));
        for (Part part : parts) {
            packages.add(spdx(part));
            relations.add(relation(id(NAME), "CONTAINS", id(part.name())));
            for (String need : part.needs()) {
                relations.add(relation(id(part.name()), "STATIC_LINK", id(need)));
            }
            for (Archive archive : part.archives()) {
                String source = part.name() + "-" + archive.file();
                Json.Members object =
                        spdx(
                                source,
                                part.version(),
                                part.license(),
                                archive.url(),
                                archive.sha256());
                object.put("primaryPackagePurpose", "SOURCE");
                packages.add(object);
                relations.add(relation(id(part.name()), "GENERATED_FROM", id(source)));
            }
        }
        bill.put("packages", items(packages));
        List<Json.Members> list = new ArrayList<>();
        for (File file : files) {
            Json.Members object = object("SPDXID", fileId(file), "fileName", "./" + file.path());
            object.put(
                    "checksums",
                    items(
                            List.of(
                                    object("algorithm", "SHA1", "checksumValue", file.sha1()),
                                    object(
                                            "algorithm",
                                            "SHA256",
                                            "checksumValue",
                                            file.sha256()))));
            list.add(object);
            relations.add(relation(id(NAME), "CONTAINS", fileId(file)));
        }
        bill.put("files", items(list));
        bill.put("relationships", items(relations));
        return bill.text();
    }

    /** SPDX 2.3, section 7.9: over the digests of all files, sorted. */
    private String verificationCode() {
        MessageDigest sha1 = Digests.sha1();
        files.stream()
                .map(File::sha1)
                .sorted()
                .forEach(digest -> sha1.update(digest.getBytes(StandardCharsets.US_ASCII)));
        return Digests.hex(sha1);
    }

    private static Json.Members spdx(
            String name, String version, String license, String url, String sha256) {
        Json.Members object =
                object(
                        "SPDXID",
                        id(name),
                        "name",
                        name,
                        "versionInfo",
                        version,
                        "downloadLocation",
                        url.isEmpty() ? UNKNOWN : url,
                        "licenseConcluded",
                        UNKNOWN,
                        "licenseDeclared",
                        license.isEmpty() ? UNKNOWN : license,
                        "copyrightText",
                        UNKNOWN);
        object.put("filesAnalyzed", false);
        object.put(
                "checksums",
                items(List.of(object("algorithm", "SHA256", "checksumValue", sha256))));
        return object;
    }

    private static Json.Members spdx(Part part) {
        Json.Members object = spdx(part.name(), part.version(), part.license(), "", part.sha256());
        if (!part.description().isEmpty()) {
            object.put("summary", part.description());
        }
        if (!part.patches().isEmpty()) {
            object.put("sourceInfo", "patched: " + String.join("; ", part.patches().values()));
        }
        return object;
    }

    private static Json.Members relation(String from, String type, String to) {
        return object("spdxElementId", from, "relationshipType", type, "relatedSpdxElement", to);
    }

    /** Identifiers have letters, digits, dots and hyphens. */
    private static String id(String name) {
        return "SPDXRef-" + name.replaceAll("[^A-Za-z0-9.]", "-");
    }

    private static String fileId(File file) {
        return "SPDXRef-file-" + Digests.of(file.path()).substring(0, 16);
    }

    /** Titles by file name, in the order of a patch set. */
    static Map<String, String> patches(List<dev.wasmlinux.patchset.PatchEntry> entries) {
        Map<String, String> patches = new LinkedHashMap<>();
        entries.forEach(entry -> patches.put(entry.file(), entry.title()));
        return patches;
    }
}
