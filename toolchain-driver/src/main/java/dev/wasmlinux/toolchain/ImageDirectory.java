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
            return MachineImage.compile(
                    file(place, manifest, "vmlinux.wasm"),
                    SymbolTable.parse(file(place, manifest, "vmlinux.symbols")),
                    file(place, manifest, "initramfs.cpio"));
        } catch (IOException e) {
            throw new ToolchainException(
                    Kind.STORAGE, "cannot read the image " + place + ": " + e, e);
        }
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
