/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.initramfs.FileContent;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.InitramfsBuilder;
import dev.wasmlinux.initramfs.InitramfsException;
import dev.wasmlinux.initramfs.WriteOptions;
import dev.wasmlinux.initramfs.source.ContentStore;
import dev.wasmlinux.initramfs.source.CpioList;
import dev.wasmlinux.initramfs.source.DirectorySource;
import dev.wasmlinux.initramfs.source.TarSource;
import dev.wasmlinux.toolchain.ImageConfiguration;
import dev.wasmlinux.toolchain.ImageConfiguration.Layer;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.io.Digests;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Files that a user puts into an image: a root tree and layers.
 *
 * @param layers in the order of laying; the root tree first
 */
record OwnFiles(List<Layer> layers) {
    private static final int EXECUTABLE = 0755;
    private static final int PLAIN = 0644;

    /** Copies the list. */
    OwnFiles {
        layers = List.copyOf(layers);
    }

    static OwnFiles of(ImageConfiguration configuration) {
        List<Layer> layers = new ArrayList<>();
        configuration
                .root()
                .ifPresent(
                        root ->
                                layers.add(
                                        new Layer(
                                                ImageConfiguration.LayerKind.DIRECTORY,
                                                root,
                                                "/",
                                                OptionalInt.empty())));
        layers.addAll(configuration.layers());
        return new OwnFiles(layers);
    }

    boolean isEmpty() {
        return layers.isEmpty();
    }

    /**
     * SHA-256 of the archive that these files alone would make: paths, kinds, modes, contents.
     *
     * @throws ToolchainException {@link Kind#USAGE} naming the layer that cannot be read
     */
    String digest() throws ToolchainException {
        try (ContentStore store = ContentStore.open();
                DigestOutputStream out =
                        new DigestOutputStream(OutputStream.nullOutputStream(), Digests.sha256())) {
            InitramfsBuilder builder = Initramfs.builder();
            builder.onConflict(InitramfsBuilder.Conflict.REPLACE);
            addTo(builder, store);
            builder.build().writeTo(out, WriteOptions.defaults());
            return Digests.hex(out.getMessageDigest());
        } catch (IOException | InitramfsException e) {
            throw new ToolchainException(Kind.USAGE, "files for the image: " + e.getMessage(), e);
        }
    }

    /**
     * Lays the files over a tree.
     *
     * @param builder tree whose entries may be replaced
     * @param store keeps the contents of archives; stays open until the tree is written
     */
    void addTo(InitramfsBuilder builder, ContentStore store) throws ToolchainException {
        for (Layer layer : layers) {
            try {
                add(layer, builder, store);
            } catch (IOException | InitramfsException e) {
                String problem =
                        Files.exists(layer.source()) ? String.valueOf(e.getMessage()) : "not found";
                throw new ToolchainException(
                        Kind.USAGE, "files for the image: " + layer.source() + ": " + problem, e);
            }
        }
    }

    private static void add(Layer layer, InitramfsBuilder builder, ContentStore store)
            throws IOException {
        Path source = layer.source();
        String to = layer.destination();
        switch (layer.kind()) {
            case FILE -> {
                int usual = Files.isExecutable(source) ? EXECUTABLE : PLAIN;
                builder.file(to, FileContent.of(source), layer.mode().orElse(usual));
            }
            case DIRECTORY -> {
                if (!to.equals("/")) {
                    builder.directory(to);
                }
                builder.addFrom(DirectorySource.of(source).under(to));
            }
            case TAR -> builder.addFrom(TarSource.of(source, store).under(to));
            case LIST -> builder.addFrom(CpioList.of(source).under(to));
        }
    }
}
