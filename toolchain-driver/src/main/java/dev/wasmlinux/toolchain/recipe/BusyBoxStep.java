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
 * {@code config} they were made from. Compiled whole, because its makefiles do not know that the C
 * library has changed.
 */
public final class BusyBoxStep implements Step {
    static final String WORKSPACE = "busybox";

    /** The whole configuration, a file of the patch set. */
    private static final String CONFIGURATION = "busybox.config";

    /** Options of kbuild that only GCC and GNU ld have. */
    private static final String QUIET = " -Qunused-arguments -Wno-ignored-optimization-argument";

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
        BuildHost.addEnvironment(inputs);
    }

    @Override
    public int usualObjects() {
        return 700;
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
        context.action("configuring BusyBox");
        Path configuration = objects.resolve(".config");
        Files.write(
                configuration,
                patches.set()
                        .read(CONFIGURATION)
                        .orElseThrow(
                                () ->
                                        new ToolchainException(
                                                Kind.PATCH,
                                                "patch set busybox lacks " + CONFIGURATION)));
        make(context, tree, objects, home, List.of("oldconfig"));
        context.action("compiling BusyBox");
        make(context, tree, objects, home, List.of("busybox", "busybox.links"));
        context.run(
                host.command(
                        objects,
                        home,
                        List.of(
                                host.llvm().strip().toString(),
                                "--strip-all",
                                "busybox",
                                "-o",
                                context.output().resolve("busybox").toString())));
        Trees.copy(objects.resolve("busybox.links"), context.output().resolve("busybox.links"));
        Trees.copy(configuration, context.output().resolve("config"));
    }

    /** The sysroot under a path without a blank, which makefiles could not take. */
    private static Path sysroot(StepContext context, Path workspace) throws IOException {
        Path link = workspace.resolve("sysroot");
        Files.deleteIfExists(link);
        return Files.createSymbolicLink(link, context.dependency("sysroot"));
    }

    private void make(StepContext context, Path tree, Path objects, Path home, List<String> targets)
            throws ToolchainException, IOException, InterruptedException {
        Llvm llvm = host.llvm();
        List<String> argv = new ArrayList<>();
        // Kconfig asks; an empty line takes the default.
        argv.addAll(List.of("/bin/sh", "-c", "yes '' | \"$@\"", "sh"));
        argv.add(host.tool("make").toString());
        argv.add("-j" + host.jobs());
        argv.add("ARCH=wasm");
        argv.add("O=" + objects);
        argv.add("HOSTCC=" + llvm.clang());
        argv.add(
                "CC="
                        + llvm.clang()
                        + " --config="
                        + sysroot(context, objects.getParent()).resolve(SysrootStep.CONFIGURATION)
                        + QUIET);
        argv.add(
                "LD="
                        + llvm.clang()
                        + " --target=wasm32-unknown-unknown -fuse-ld="
                        + llvm.wasmLd());
        argv.add("AR=" + llvm.ar());
        argv.add("NM=" + llvm.nm());
        argv.add("STRIP=" + llvm.strip());
        argv.add("OBJCOPY=" + llvm.objcopy());
        argv.add("SKIP_STRIP=y");
        argv.addAll(targets);
        context.run(host.command(tree, home, argv));
    }
}
