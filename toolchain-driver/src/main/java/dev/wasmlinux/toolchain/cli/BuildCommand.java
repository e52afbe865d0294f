/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.toolchain.BuildReport;
import dev.wasmlinux.toolchain.BuildReport.StepReport;
import dev.wasmlinux.toolchain.Toolchain;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.io.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code wasm-linux build}. */
@Command(
        name = "build",
        mixinStandardHelpOptions = true,
        description = {
            "Builds components and whatever they need, from verified upstream sources.",
            "What is stored for the same sources, patches, tools and options is not built again."
        })
final class BuildCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private ToolchainOptions options;
    @Mixin private ConfigurationOptions own;

    @Parameters(
            paramLabel = "COMPONENT",
            description = "What to build (default: everything); --list names them.")
    private List<String> components = List.of();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            description = "Copy each built component to DIR/COMPONENT.")
    private Path output;

    @Option(names = "--force", description = "Build the named components even if they are stored.")
    private boolean force;

    @Option(names = "--list", description = "Name the components and end.")
    private boolean list;

    @Override
    public Integer call() throws ToolchainException, InterruptedException {
        Toolchain toolchain = options.toolchain(own.configuration());
        Set<String> wanted =
                new LinkedHashSet<>(components.isEmpty() ? toolchain.components() : components);
        if (wanted.contains("image")) {
            wanted.add("sbom"); // whoever hands an image on needs it
        }
        CommandLine line = spec.commandLine();
        if (list) {
            toolchain.components().forEach(line.getOut()::println);
            return 0;
        }
        try (ConsoleProgress progress = ToolchainOptions.progress(System.err)) {
            return toolchain.holding(progress, () -> build(toolchain, wanted, progress));
        }
    }

    private int build(Toolchain toolchain, Set<String> wanted, ConsoleProgress progress)
            throws ToolchainException, IOException, InterruptedException {
        BuildReport report = toolchain.build(wanted, force ? wanted : Set.of(), progress);
        Trees.writeAtomically(toolchain.cache().resolve("report.json"), report.toJson());
        for (String name : wanted) {
            spec.commandLine().getOut().println(name + "  " + place(report.step(name)));
        }
        return 0;
    }

    private Path place(StepReport step) throws IOException {
        if (output == null) {
            return step.directory();
        }
        Path place = output.resolve(step.name());
        Trees.delete(place);
        Trees.copy(step.directory(), place);
        return place;
    }
}
