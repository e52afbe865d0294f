/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.io.Trees;
import dev.wasmlinux.toolchain.source.SourceTree;
import dev.wasmlinux.toolchain.step.Step;
import dev.wasmlinux.toolchain.step.StepContext;
import dev.wasmlinux.toolchain.step.StepInputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * The kernel: {@code vmlinux.wasm}, the same with names as {@code vmlinux}, {@code
 * vmlinux.symbols}, and the {@code config} it was made from: the architecture's default, and
 * options of the user's own. Incremental: when a source file changes, kbuild compiles what depends
 * on it.
 */
public final class KernelStep implements Step {
    private static final String RECIPE = "1 wasm_defconfig";

    private final KernelTree kernel;
    private final List<Path> fragments;

    /**
     * Creates the step.
     *
     * @param host where it runs
     * @param source the kernel's source
     * @param fragments files with options to set beside the default ones
     */
    public KernelStep(BuildHost host, SourceTree source, List<Path> fragments) {
        this.kernel = new KernelTree(host, source);
        this.fragments = List.copyOf(fragments);
    }

    @Override
    public String name() {
        return "kernel";
    }

    @Override
    public List<String> dependencies() {
        return List.of();
    }

    @Override
    public void inputs(StepInputs inputs) throws ToolchainException {
        inputs.add("recipe", RECIPE);
        kernel.inputs(inputs);
        KernelOptions own = KernelOptions.read(fragments);
        if (!own.isEmpty()) {
            inputs.add("own options", own.text());
        }
    }

    @Override
    public int usualObjects() {
        return 1210;
    }

    @Override
    public void run(StepContext context)
            throws ToolchainException, IOException, InterruptedException {
        String identity =
                RECIPE
                        + "\n"
                        + kernel.host().llvm().identity()
                        + "\n"
                        + BuildHost.fixedEnvironment();
        KernelOptions own = KernelOptions.read(fragments);
        // Own kernels share a directory of their own: the default one stays as it is.
        KernelTree.Objects objects =
                kernel.open(context, own.isEmpty() ? "objects" : "own-objects", identity);
        context.action("configuring the kernel");
        objects.make(List.of("wasm_defconfig"));
        if (!own.isEmpty()) {
            Path configuration = objects.directory().resolve(".config");
            Files.writeString(configuration, own.text(), StandardOpenOption.APPEND);
            objects.make(List.of("olddefconfig"));
            own.verify(configuration, objects.tree());
        }
        context.action("compiling the kernel");
        objects.make(List.of("vmlinux"));
        for (String file : List.of("vmlinux.wasm", "vmlinux", "vmlinux.symbols")) {
            Trees.copy(objects.directory().resolve(file), context.output().resolve(file));
        }
        Trees.copy(objects.directory().resolve(".config"), context.output().resolve("config"));
    }
}
