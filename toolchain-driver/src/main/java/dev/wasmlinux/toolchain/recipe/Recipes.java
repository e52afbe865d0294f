/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.toolchain.ImageConfiguration;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.source.SourceStore;
import dev.wasmlinux.toolchain.source.SourceTree;
import dev.wasmlinux.toolchain.spi.Component;
import dev.wasmlinux.toolchain.step.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All steps that the driver knows. */
public final class Recipes {
    private Recipes() {}

    /**
     * The steps, dependencies first.
     *
     * @param host where they run
     * @param store where sources come from
     * @param configuration what the image has of the user's own
     * @param components what is built beside the library's own steps
     * @return steps with unique names, none of which needs itself
     * @throws ToolchainException if a bundled patch set cannot be read, or {@link Kind#USAGE} if
     *     components do not fit together
     */
    public static List<Step> all(
            BuildHost host,
            SourceStore store,
            ImageConfiguration configuration,
            List<Component> components)
            throws ToolchainException {
        Map<String, BundledPatches> patches = new LinkedHashMap<>();
        sources().forEach(name -> patches.put(name, new BundledPatches(name)));
        SourceTree linux = source(patches.get("linux"), store);
        SourceTree musl = source(patches.get("musl"), store);
        SourceTree busybox = source(patches.get("busybox"), store);
        List<Step> steps = new ArrayList<>();
        steps.add(new KernelHeadersStep(host, linux));
        steps.add(new KernelStep(host, linux, configuration.kernelFragments()));
        steps.add(new CompilerRuntimeStep(host));
        steps.add(new MuslStep(host, musl));
        steps.add(new SysrootStep(host));
        steps.add(new SdkStep(host));
        steps.add(new BusyBoxStep(host, busybox, patches.get("busybox")));
        steps.add(new AgentStep(host));
        List<InitramfsStep.Overlay> overlays = new ArrayList<>();
        for (Component component : components) {
            steps.add(new ComponentStep(host, store, component));
            component
                    .imageDirectory()
                    .map(directory -> new InitramfsStep.Overlay(component.name(), directory))
                    .ifPresent(overlays::add);
        }
        if (!configuration.programs().isEmpty()) {
            ProgramsStep programs = new ProgramsStep(host, configuration.programs());
            steps.add(programs);
            overlays.add(new InitramfsStep.Overlay(programs.name(), ""));
        }
        steps.add(new InitramfsStep(configuration, overlays));
        steps.add(new ImageStep(host, List.of(linux, musl, busybox)));
        steps.add(new BillStep(host, patches, configuration, components));
        return sorted(steps);
    }

    private static List<Step> sorted(List<Step> steps) throws ToolchainException {
        Map<String, Step> byName = new LinkedHashMap<>();
        for (Step step : steps) {
            if (!step.name().matches("[a-z0-9][a-z0-9-]*")) {
                throw new ToolchainException(
                        Kind.USAGE,
                        "not a component's name: \""
                                + step.name()
                                + "\"; it has lower-case letters, digits and hyphens");
            }
            if (byName.putIfAbsent(step.name(), step) != null) {
                throw new ToolchainException(Kind.USAGE, "two components " + step.name());
            }
        }
        Map<String, Step> sorted = new LinkedHashMap<>();
        for (Step step : steps) {
            visit(step, byName, new LinkedHashSet<>(), sorted);
        }
        return List.copyOf(sorted.values());
    }

    private static void visit(
            Step step, Map<String, Step> byName, Set<String> path, Map<String, Step> sorted)
            throws ToolchainException {
        if (sorted.containsKey(step.name())) {
            return;
        }
        if (!path.add(step.name())) {
            throw new ToolchainException(
                    Kind.USAGE, "components need each other: " + String.join(", ", path));
        }
        for (String name : step.dependencies()) {
            Step needed = byName.get(name);
            if (needed == null) {
                throw new ToolchainException(
                        Kind.USAGE,
                        "component " + step.name() + " needs " + name + ", which there is not");
            }
            visit(needed, byName, path, sorted);
        }
        path.remove(step.name());
        sorted.put(step.name(), step);
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
