/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.host.Llvm;
import dev.wasmlinux.toolchain.io.Trees;
import dev.wasmlinux.toolchain.source.SourceTree;
import dev.wasmlinux.toolchain.step.Step;
import dev.wasmlinux.toolchain.step.StepContext;
import dev.wasmlinux.toolchain.step.StepInputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The shell and the tools: {@code busybox}, {@code busybox.links} with a path per applet, and the
 * {@code config} they were made from. Compiled whole, because its makefiles do not know that the
 * C library has changed.
 */
public final class BusyBoxStep implements Step {
    static final String WORKSPACE = "busybox";

    /** The configuration, a file of the patch set. */
    private static final String CONFIGURATION = "busybox.config";

    private final BuildHost host;
    private final SourceTree source;
    private final BundledPatches patches;

    /**
     * Creates the step.
     *
     * @param host where it runs
     * @param source BusyBox's source
     * @param patches its patch set, which also holds the configuration
     */
    public BusyBoxStep(BuildHost host, SourceTree source, BundledPatches patches) {
        this.host = host;
        this.source = source;
        this.patches = patches;
    }

    @Override
    public String name() {
        return "busybox";
    }

    @Override
    public List<String> dependencies() {
        return List.of("sysroot");
    }

    @Override
    public void inputs(StepInputs inputs) throws ToolchainException {
        inputs.add("recipe", "1");
        source.addTo(inputs);
        host.llvm().addTo(inputs);
        inputs.add("environment", BuildHost.fixedEnvironment().toString());
    }

    @Override
    public void run(StepContext context)
            throws ToolchainException, IOException, InterruptedException {
        Path workspace = context.workspace(WORKSPACE);
        Path tree = source.prepare(context, workspace);
        Path objects = workspace.resolve("objects");
        Trees.delete(objects);
        Files.createDirectories(objects);
        byte[] configuration =
                patches.set()
                        .read(CONFIGURATION)
                        .orElseThrow(
                                () ->
                                        new ToolchainException(
                                                Kind.PATCH,
                                                "patch set busybox lacks " + CONFIGURATION));
        Files.write(objects.resolve(".config"), configuration);
        Path home = context.scratch();
        context.action("configuring BusyBox");
        // Takes the default of every question that the configuration does not answer.
        make(context, tree, objects, home, List.of("oldconfig"));
        context.action("compiling BusyBox");
        make(context, tree, objects, home, List.of("busybox", "busybox.links"));
        for (String file : List.of("busybox", "busybox.links")) {
            Trees.copy(objects.resolve(file), context.output().resolve(file));
        }
        Trees.copy(objects.resolve(".config"), context.output().resolve("config"));
    }

    private void make(
            StepContext context, Path tree, Path objects, Path home, List<String> targets)
            throws ToolchainException, InterruptedException {
        Llvm llvm = host.llvm();
        Path sysroot = context.dependency("sysroot");
        List<String> argv = new ArrayList<>();
        argv.add(host.tool("make").toString());
        argv.add("-j" + host.jobs());
        argv.add("O=" + objects);
        argv.add("HOSTCC=" + llvm.clang());
        argv.add(
                "CC=" + llvm.clang() + " --config=" + sysroot.resolve(SysrootStep.CONFIGURATION));
        argv.add("LD=" + llvm.wasmLd());
        argv.add("AR=" + llvm.ar());
        argv.add("NM=" + llvm.nm());
        argv.add("STRIP=" + llvm.strip());
        argv.add("OBJCOPY=" + llvm.objcopy());
        argv.add("SKIP_STRIP=y");
        argv.addAll(targets);
        context.run(host.command(tree, home, argv));
    }
}
