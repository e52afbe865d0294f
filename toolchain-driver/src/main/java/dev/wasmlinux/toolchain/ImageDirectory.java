/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain;

import dev.wasmlinux.abi.SymbolTable;
import dev.wasmlinux.host.MachineException;
import dev.wasmlinux.host.MachineImage;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.io.Digests;
import dev.wasmlinux.toolchain.io.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;

/**
 * The result of component "image" on disk: {@code manifest.json} and the files that it names.
 *
 * <pre>{@code
 * Path built = toolchain.run("image", listener).step("image").directory();
 * try (Machine machine = Machine.builder().image(ImageDirectory.load(built)).build()) { … }
 * }</pre>
 */
public final class ImageDirectory {
    private static final String MANIFEST = "manifest.json";
    private static final String COMPILER = "compiler";

    private ImageDirectory() {}

    /**
     * Reads an image and compiles its kernel, which takes some seconds.
     *
     * @param directory a directory with {@code manifest.json}, or one in which the image is the
     *     subdirectory {@code image}, as {@code build --output} leaves it
     * @return the image, ready to be booted
     * @throws ToolchainException {@link Kind#USAGE} if the directory is no image, {@link
     *     Kind#CHECKSUM} if a file is not the one that the manifest names, {@link Kind#STORAGE} if
     *     reading fails
     * @throws MachineException if this host cannot run the kernel
     */
    public static MachineImage load(Path directory) throws ToolchainException {
        return load(directory, MachineImage::compile);
    }

    /**
     * As {@link #load(Path)}, with a directory in which kernel and programs stay compiled for the
     * next time.
     *
     * @param directory the image's directory
     * @param codeCache see {@link MachineImage#withCodeCache}
     * @return the image, ready to be booted
     * @throws ToolchainException as {@link #load(Path)}
     */
    public static MachineImage load(Path directory, Path codeCache) throws ToolchainException {
        return load(
                directory,
                (kernel, symbols, initramfs) ->
                        MachineImage.compile(kernel, symbols, initramfs, codeCache));
    }

    /** Makes an image of its files. */
    private interface Compilation {
        MachineImage compile(byte[] kernel, SymbolTable symbols, byte[] initramfs);
    }

    private static MachineImage load(Path directory, Compilation compilation)
            throws ToolchainException {
        Path place =
                Files.exists(directory.resolve(MANIFEST)) ? directory : directory.resolve("image");
        if (!Files.exists(place.resolve(MANIFEST))) {
            throw new ToolchainException(
                    Kind.USAGE,
                    directory
                            + " is no image: it has no "
                            + MANIFEST
                            + "; make one with \"wasm-linux build image --output DIR\"");
        }
        try {
            JsonNode manifest = Json.read(place.resolve(MANIFEST));
            return compilation.compile(
                    file(place, manifest, "vmlinux.wasm"),
                    SymbolTable.parse(file(place, manifest, "vmlinux.symbols")),
                    file(place, manifest, "initramfs.cpio"));
        } catch (IOException e) {
            throw new ToolchainException(
                    Kind.STORAGE, "cannot read the image " + place + ": " + e, e);
        }
    }

    /**
     * How two images compare.
     *
     * @param same whether kernel, symbols, configuration and initramfs have the same bytes,
     *     unpacked
     * @param sameCompiler whether the same compiler package made both
     * @param differences what differs, one line each: files, and parts of the recipe
     */
    public record Comparison(boolean same, boolean sameCompiler, List<String> differences) {
        /** Copies the list. */
        public Comparison {
            differences = List.copyOf(differences);
        }
    }

    /**
     * Compares the bytes of two images, and says whether another recipe explains a difference.
     *
     * @param kept the image that is there, for example the bundled one
     * @param made the image that was built now
     * @return the outcome
     * @throws ToolchainException as {@link #load}
     */
    public static Comparison compare(Path kept, Path made) throws ToolchainException {
        try {
            JsonNode before = Json.read(kept.resolve(MANIFEST));
            JsonNode now = Json.read(made.resolve(MANIFEST));
            List<String> files = new ArrayList<>();
            for (String name :
                    List.of("vmlinux.wasm", "vmlinux.symbols", "config", "initramfs.cpio")) {
                if (!Arrays.equals(file(kept, before, name), file(made, now, name))) {
                    files.add(name + " differs");
                }
            }
            Map<String, String> wasMade = recipe(before);
            List<String> recipe = new ArrayList<>();
            recipe(now)
                    .forEach(
                            (part, value) -> {
                                String was = wasMade.getOrDefault(part, "nothing");
                                if (!was.equals(value)) {
                                    recipe.add(part + ": " + was + " then, " + value + " now");
                                }
                            });
            boolean same = files.isEmpty();
            files.addAll(recipe);
            return new Comparison(
                    same, recipe.stream().noneMatch(line -> line.startsWith(COMPILER)), files);
        } catch (IOException e) {
            throw new ToolchainException(Kind.STORAGE, "cannot compare images: " + e, e);
        }
    }

    private static Map<String, String> recipe(JsonNode manifest) {
        JsonNode recipe = manifest.path("recipe");
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put(COMPILER, recipe.path("compiler").asString(""));
        parts.put(COMPILER + "'s library", recipe.path("builtins").asString(""));
        for (JsonNode source : recipe.path("sources")) {
            String name = source.path("component").asString("");
            parts.put("version of " + name, source.path("version").asString(""));
            parts.put("patches of " + name, source.path("patches").asString(""));
        }
        return parts;
    }

    private static byte[] file(Path place, JsonNode manifest, String name)
            throws IOException, ToolchainException {
        Path file = place.resolve(name + ".gz");
        byte[] bytes;
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            bytes = in.readAllBytes();
        }
        String wanted = digest(manifest, name).orElse("");
        if (!Digests.of(bytes).equals(wanted)) {
            throw new ToolchainException(
                    Kind.CHECKSUM,
                    file
                            + (wanted.isEmpty()
                                    ? " is not named in the manifest"
                                    : " does not hold the bytes that the manifest names"));
        }
        return bytes;
    }

    private static Optional<String> digest(JsonNode manifest, String name) {
        for (JsonNode entry : manifest.path("files")) {
            if (entry.path("name").asString("").equals(name)) {
                return Optional.of(entry.path("sha256").asString(""));
            }
        }
        return Optional.empty();
    }
}
