/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.toolchain.ImageConfiguration;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.io.Digests;
import dev.wasmlinux.toolchain.io.Json;
import dev.wasmlinux.toolchain.io.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How an image came to be, as an in-toto statement with a SLSA provenance (version 1 of both). It
 * is not signed: whoever publishes an image does that.
 */
final class Provenance {
    private static final String STATEMENT = "https://in-toto.io/Statement/v1";
    private static final String PREDICATE = "https://slsa.dev/provenance/v1";
    private static final String BUILD = "urn:dev.wasmlinux:build:image:1";
    private static final String BUILDER = "urn:dev.wasmlinux:toolchain-driver";

    private Provenance() {}

    /**
     * Writes the statement.
     *
     * @param image directory of the image, whose files are the subjects
     * @param configuration what it has of the user's own
     * @param bill its sources and compiler
     * @param patches digests of patch sets by component
     */
    static String text(
            Path image,
            ImageConfiguration configuration,
            Bill bill,
            Map<String, BundledPatches> patches)
            throws ToolchainException, IOException {
        Json.Members statement = Json.object();
        statement.put("_type", STATEMENT);
        Json.Items subjects = Json.array();
        for (Path file : Trees.files(image)) {
            subjects.add(described("name", file.toString(), Digests.of(image.resolve(file))));
        }
        statement.put("subject", subjects);
        statement.put("predicateType", PREDICATE);
        Json.Members definition = Json.object();
        definition.put("buildType", BUILD);
        definition.put("externalParameters", parameters(configuration));
        Json.Members environment = Json.object();
        BuildHost.fixedEnvironment().forEach(environment::put);
        Json.Members internal = Json.object();
        internal.put("environment", environment);
        internal.put("compiler", bill.compiler());
        definition.put("internalParameters", internal);
        Json.Items materials = Json.array();
        for (Bill.Part part : bill.parts()) {
            for (Bill.Archive archive : part.archives()) {
                Json.Members material = described("name", archive.file(), archive.sha256());
                if (!archive.url().isEmpty()) {
                    material.put("uri", archive.url());
                }
                materials.add(material);
            }
            if (patches.containsKey(part.name())) {
                String digest = patches.get(part.name()).digest();
                materials.add(described("name", "patches of " + part.name(), digest));
            }
        }
        definition.put("resolvedDependencies", materials);
        Json.Members builder = Json.object();
        builder.put("id", BUILDER);
        Json.Members run = Json.object();
        run.put("builder", builder);
        Json.Members predicate = Json.object();
        predicate.put("buildDefinition", definition);
        predicate.put("runDetails", run);
        statement.put("predicate", predicate);
        return statement.text();
    }

    private static Json.Members described(String member, String value, String sha256) {
        Json.Members object = Json.object();
        object.put(member, value);
        Json.Members digest = Json.object();
        digest.put("sha256", sha256);
        object.put("digest", digest);
        return object;
    }

    /** What the user has asked for. */
    static Json.Members parameters(ImageConfiguration configuration) throws ToolchainException {
        Json.Members parameters = Json.object();
        parameters.put("target", "image");
        List<String> options =
                KernelOptions.read(configuration.kernelFragments()).text().lines().toList();
        parameters.put("kernelOptions", texts(options));
        parameters.put(
                "programs",
                texts(
                        configuration.programs().stream()
                                .map(ImageConfiguration.Program::destination)
                                .toList()));
        parameters.put(
                "files",
                texts(
                        configuration.layers().stream()
                                .map(layer -> layer.kind() + " " + layer.destination())
                                .toList()));
        parameters.put("ownRoot", configuration.root().isPresent());
        parameters.put("busyBox", configuration.busyBox());
        return parameters;
    }

    private static Json.Items texts(List<String> values) {
        Json.Items items = Json.array();
        values.forEach(items::add);
        return items;
    }
}
