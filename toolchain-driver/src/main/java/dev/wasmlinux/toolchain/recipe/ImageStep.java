/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.abi.ImageException;
import dev.wasmlinux.abi.KernelImage;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.io.Digests;
import dev.wasmlinux.toolchain.io.Json;
import dev.wasmlinux.toolchain.io.Trees;
import dev.wasmlinux.toolchain.source.SourceArchive;
import dev.wasmlinux.toolchain.source.SourceTree;
import dev.wasmlinux.toolchain.step.Step;
import dev.wasmlinux.toolchain.step.StepContext;
import dev.wasmlinux.toolchain.step.StepInputs;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * What a machine boots, as the image jar takes it: {@code vmlinux.wasm.gz}, {@code
 * vmlinux.symbols.gz}, {@code config.gz}, {@code initramfs.cpio.gz}, and {@code manifest.json} with
 * the recipe (sources, patch sets, version of the compiler's package) and the digests of the
 * unpacked files, because compressors differ between Java runtimes. The kernel is verified against
 * the ABI.
 */
public final class ImageStep implements Step {
    private static final List<String> KERNEL_FILES =
            List.of("vmlinux.wasm", "vmlinux.symbols", "config");

    private final BuildHost host;
    private final List<SourceTree> sources;

    /**
     * Creates the step.
     *
     * @param host whose compiler made everything
     * @param sources what it was made from
     */
    public ImageStep(BuildHost host, List<SourceTree> sources) {
        this.host = host;
        this.sources = List.copyOf(sources);
    }

    @Override
    public String name() {
        return "image";
    }

    @Override
    public List<String> dependencies() {
        return List.of("kernel", "initramfs");
    }

    @Override
    public void inputs(StepInputs inputs) throws ToolchainException {
        inputs.add("recipe", "1");
        inputs.add("manifest", recipe().text());
    }

    @Override
    public void run(StepContext context) throws ToolchainException, IOException {
        Path out = context.output();
        Path compiled = context.dependency("kernel");
        for (String file : KERNEL_FILES) {
            pack(compiled.resolve(file), out.resolve(file + ".gz"));
        }
        Trees.copy(
                context.dependency("initramfs").resolve("initramfs.cpio.gz"),
                out.resolve("initramfs.cpio.gz"));
        KernelImage kernel;
        try {
            kernel = KernelImage.verify(Files.readAllBytes(compiled.resolve("vmlinux.wasm")));
        } catch (ImageException e) {
            throw new ToolchainException(Kind.BUILD, "step image: " + e.getMessage(), e);
        }
        Json.Members manifest = Json.object();
        manifest.put("schema", 1);
        manifest.put("abi", kernel.abiVersion());
        manifest.put("release", kernel.release());
        manifest.put("config", kernel.configDigest());
        Json.Items files = Json.array();
        for (Path file : Trees.files(out)) {
            byte[] bytes = unpack(out.resolve(file));
            Json.Members entry = Json.object();
            entry.put("name", file.toString().replaceFirst("\\.gz$", ""));
            entry.put("size", bytes.length);
            entry.put("sha256", Digests.of(bytes));
            files.add(entry);
        }
        manifest.put("files", files);
        manifest.put("recipe", recipe());
        Files.writeString(out.resolve("manifest.json"), manifest.text());
    }

    private static void pack(Path from, Path to) throws IOException {
        try (OutputStream file = Files.newOutputStream(to);
                OutputStream packed =
                        new GZIPOutputStream(file) {
                            {
                                def.setLevel(Deflater.BEST_COMPRESSION);
                            }
                        }) {
            Files.copy(from, packed);
        }
    }

    private static byte[] unpack(Path file) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return in.readAllBytes();
        }
    }

    private Json.Members recipe() throws ToolchainException {
        Json.Members recipe = Json.object();
        recipe.put("compiler", host.llvm().identity());
        recipe.put("builtins", host.llvm().builtinsDigest());
        recipe.put("sourceDateEpoch", BuildHost.SOURCE_DATE_EPOCH);
        Json.Items list = Json.array();
        for (SourceTree source : sources) {
            SourceArchive archive = source.archive();
            Json.Members entry = Json.object();
            entry.put("component", archive.component());
            entry.put("version", archive.version());
            Json.Items digests = Json.array();
            archive.variants()
                    .forEach(variant -> digests.add(variant.name() + " " + variant.sha256()));
            entry.put("archives", digests);
            entry.put("patches", source.patches().digest());
            list.add(entry);
        }
        recipe.put("sources", list);
        return recipe;
    }
}
