/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.toolchain.ImageConfiguration;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.source.SourceStore;
import dev.wasmlinux.toolchain.source.SourceTree;
import dev.wasmlinux.toolchain.step.Step;
import java.util.ArrayList;
import java.util.List;

/** All steps that the driver knows. */
public final class Recipes {
    private Recipes() {}

    /**
     * The steps, dependencies first.
     *
     * @param host where they run
     * @param store where sources come from
     * @param configuration what the image has of the user's own
     * @return steps with unique names
     * @throws ToolchainException if a bundled patch set cannot be read
     */
    public static List<Step> all(
            BuildHost host, SourceStore store, ImageConfiguration configuration)
            throws ToolchainException {
        SourceTree linux = source(new BundledPatches("linux"), store);
        SourceTree musl = source(new BundledPatches("musl"), store);
        BundledPatches busyboxPatches = new BundledPatches("busybox");
        SourceTree busybox = source(busyboxPatches, store);
        List<Step> steps = new ArrayList<>();
        steps.add(new KernelHeadersStep(host, linux));
        steps.add(new KernelStep(host, linux, configuration.kernelFragments()));
        steps.add(new CompilerRuntimeStep(host));
        steps.add(new MuslStep(host, musl));
        steps.add(new SysrootStep(host));
        steps.add(new SdkStep(host));
        steps.add(new BusyBoxStep(host, busybox, busyboxPatches));
        steps.add(new AgentStep(host));
        List<String> overlays = new ArrayList<>();
        if (!configuration.programs().isEmpty()) {
            ProgramsStep programs = new ProgramsStep(host, configuration.programs());
            steps.add(programs);
            overlays.add(programs.name());
        }
        steps.add(new InitramfsStep(configuration, overlays));
        steps.add(new ImageStep(host, List.of(linux, musl, busybox)));
        return steps;
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
