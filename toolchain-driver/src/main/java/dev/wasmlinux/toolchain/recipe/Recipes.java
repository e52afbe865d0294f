/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.toolchain.source.SourceCatalogue;
import dev.wasmlinux.toolchain.source.SourceStore;
import dev.wasmlinux.toolchain.source.SourceTree;
import dev.wasmlinux.toolchain.step.Step;
import java.util.List;

/** All steps that the driver knows. */
public final class Recipes {
    private Recipes() {}

    /**
     * The steps, dependencies first.
     *
     * @param host where they run
     * @param store where sources come from
     * @return steps with unique names
     */
    public static List<Step> all(BuildHost host, SourceStore store) {
        SourceTree linux =
                new SourceTree(SourceCatalogue.LINUX, new BundledPatches("linux"), store);
        SourceTree musl = new SourceTree(SourceCatalogue.MUSL, new BundledPatches("musl"), store);
        BundledPatches busyboxPatches = new BundledPatches("busybox");
        SourceTree busybox = new SourceTree(SourceCatalogue.BUSYBOX, busyboxPatches, store);
        return List.of(
                new KernelHeadersStep(host, linux),
                new KernelStep(host, linux),
                new CompilerRuntimeStep(host),
                new MuslStep(host, musl),
                new SysrootStep(host),
                new BusyBoxStep(host, busybox, busyboxPatches),
                new AgentStep(host),
                new InitramfsStep(),
                new ImageStep(host, List.of(linux, musl, busybox)));
    }

    /**
     * The workspace that a step keeps between runs.
     *
     * @param step its name
     * @return workspace name, or empty if it keeps none
     */
    public static String workspaceOf(String step) {
        return switch (step) {
            case "kernel", "kernel-headers" -> KernelTree.WORKSPACE;
            case "musl" -> MuslStep.WORKSPACE;
            case "busybox" -> BusyBoxStep.WORKSPACE;
            default -> "";
        };
    }
}
