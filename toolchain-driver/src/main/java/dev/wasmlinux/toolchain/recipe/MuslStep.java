/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.host.Llvm;
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
 * The C library: {@code include/} and {@code lib/}. Always compiled whole, because its makefile
 * does not know which files depend on which headers.
 */
public final class MuslStep implements Step {
    static final String WORKSPACE = "musl";

    /** Program ABI: architecture note, section 5. */
    private static final String CFLAGS =
            "-O2 -matomics -mbulk-memory -mno-simd128 -mexception-handling"
                    + " -mllvm -wasm-enable-sjlj -mllvm -wasm-use-legacy-eh=false";

    private final BuildHost host;
    private final SourceTree source;

    /**
     * Creates the step.
     *
     * @param host where it runs
     * @param source musl's source
     */
    public MuslStep(BuildHost host, SourceTree source) {
        this.host = host;
        this.source = source;
    }

    @Override
    public String name() {
        return "musl";
    }

    @Override
    public List<String> dependencies() {
        return List.of();
    }

    @Override
    public void inputs(StepInputs inputs) throws ToolchainException {
        inputs.add("recipe", "1");
        inputs.add("cflags", CFLAGS);
        source.addTo(inputs);
        host.llvm().addTo(inputs);
        BuildHost.addEnvironment(inputs);
    }

    @Override
    public int usualObjects() {
        return 1350;
    }

    @Override
    public void run(StepContext context)
            throws ToolchainException, IOException, InterruptedException {
        Path workspace = context.workspace(WORKSPACE);
        Path tree = source.prepare(context, workspace);
        Path objects = workspace.resolve("objects");
        Trees.delete(objects);
        Files.createDirectories(objects);
        Path home = context.scratch();
        Llvm llvm = host.llvm();
        context.action("configuring musl");
        context.run(
                host.command(
                        objects,
                        home,
                        List.of(
                                "/bin/sh",
                                "../" + tree.getFileName() + "/configure",
                                "--target=wasm32-linux-musl",
                                "--prefix=/",
                                "--disable-shared",
                                "--disable-wrapper",
                                "CC=" + llvm.clang() + " --target=wasm32-unknown-unknown",
                                "AR=" + llvm.ar(),
                                "RANLIB=" + llvm.ranlib(),
                                "CFLAGS=" + CFLAGS,
                                "LIBCC=none")));
        context.action("compiling musl");
        // Its makefile cannot take a blank in this path, as the result's may have.
        Path installed = workspace.resolve("installed");
        Trees.delete(installed);
        context.run(
                host.command(
                        objects,
                        home,
                        List.of(
                                host.tool("make").toString(),
                                "-j" + host.jobs(),
                                "DESTDIR=" + installed,
                                "all",
                                "install")));
        Trees.copy(installed, context.output());
        Trees.delete(installed);
    }
}
