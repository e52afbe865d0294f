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
import java.util.List;

/**
 * The kernel's interface to programs: {@code include/} with what "make headers" exports. Copied
 * here rather than by "make headers_install", which needs rsync.
 */
public final class KernelHeadersStep implements Step {
    private final KernelTree kernel;

    /**
     * Creates the step.
     *
     * @param host where it runs
     * @param source the kernel's source
     */
    public KernelHeadersStep(BuildHost host, SourceTree source) {
        this.kernel = new KernelTree(host, source);
    }

    @Override
    public String name() {
        return "kernel-headers";
    }

    @Override
    public List<String> dependencies() {
        return List.of();
    }

    @Override
    public void inputs(StepInputs inputs) throws ToolchainException {
        inputs.add("recipe", "1");
        kernel.inputs(inputs);
    }

    @Override
    public void run(StepContext context)
            throws ToolchainException, IOException, InterruptedException {
        // Never incremental: a header that is gone from the source must be gone from the result.
        KernelTree.Objects objects = kernel.open(context, "headers", "");
        Trees.delete(objects.directory());
        Files.createDirectories(objects.directory());
        objects.make(List.of("headers"));
        Path exported = objects.directory().resolve("usr/include");
        Path include = context.output().resolve("include");
        for (Path file : Trees.files(exported)) {
            if (file.toString().endsWith(".h")) {
                Trees.copy(exported.resolve(file), include.resolve(file));
            }
        }
    }
}
