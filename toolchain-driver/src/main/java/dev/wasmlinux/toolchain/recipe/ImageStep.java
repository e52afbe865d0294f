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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a machine boots: {@code vmlinux.wasm}, {@code vmlinux.symbols}, {@code config}, {@code
 * initramfs.cpio.gz}, and {@code manifest.json} with their digests and the recipe: sources, patch
 * sets, and the version of the compiler's package. The kernel is verified against the ABI.
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
        for (String file : KERNEL_FILES) {
            Trees.copy(context.dependency("kernel").resolve(file), out.resolve(file));
        }
        Trees.copy(
                context.dependency("initramfs").resolve("initramfs.cpio.gz"),
                out.resolve("initramfs.cpio.gz"));
        KernelImage kernel;
        try {
            kernel = KernelImage.verify(Files.readAllBytes(out.resolve("vmlinux.wasm")));
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
            Json.Members entry = Json.object();
            entry.put("name", file.toString());
            entry.put("size", Files.size(out.resolve(file)));
            entry.put("sha256", Digests.of(out.resolve(file)));
            files.add(entry);
        }
        manifest.put("files", files);
        manifest.put("recipe", recipe());
        Files.writeString(out.resolve("manifest.json"), manifest.text());
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
