/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.toolchain.ToolchainException;
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
     * @throws ToolchainException if a bundled patch set cannot be read
     */
    public static List<Step> all(BuildHost host, SourceStore store) throws ToolchainException {
        SourceTree linux = source(new BundledPatches("linux"), store);
        SourceTree musl = source(new BundledPatches("musl"), store);
        BundledPatches busyboxPatches = new BundledPatches("busybox");
        SourceTree busybox = source(busyboxPatches, store);
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

    /** Components that have a source of their own. */
    public static List<String> sources() {
        return List.of("linux", "musl", "busybox");
    }

    private static SourceTree source(BundledPatches patches, SourceStore store)
            throws ToolchainException {
        return new SourceTree(patches.archive(), patches, store);
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
