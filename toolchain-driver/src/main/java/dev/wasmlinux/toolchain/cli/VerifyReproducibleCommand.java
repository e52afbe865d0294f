/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.toolchain.ReproducibilityReport;
import dev.wasmlinux.toolchain.Toolchain;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code wasm-linux verify-reproducible}. */
@Command(
        name = "verify-reproducible",
        mixinStandardHelpOptions = true,
        description = {
            "Builds components twice from nothing and compares every byte. The two builds differ in",
            "their directories, time of day, time zone, locale, umask, number of jobs and, if you",
            "are root, their users. Takes twice the time of a build, and about 5 GB.",
            "With --compare, compares two directories that are there already."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:identical", "9:not identical", "others:a build failed, see --help"})
final class VerifyReproducibleCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private ToolchainOptions options;

    @Parameters(paramLabel = "COMPONENT", description = "What to build (default: image).")
    private List<String> components = List.of("image");

    @Option(
            names = "--scratch",
            paramLabel = "DIR",
            defaultValue = "/var/tmp",
            description = "Where both builds happen (default: ${DEFAULT-VALUE}).")
    private Path scratch;

    @Option(
            names = "--compare",
            paramLabel = "DIR",
            arity = "2",
            description = "Build nothing, compare these two directories.")
    private List<Path> compare = List.of();

    @Option(names = "--json", description = "Print the report as JSON.")
    private boolean json;

    @Override
    public Integer call() throws ToolchainException, InterruptedException {
        ReproducibilityReport report;
        if (compare.isEmpty()) {
            Toolchain toolchain = options.toolchain();
            try (ConsoleProgress progress = ToolchainOptions.progress(System.err)) {
                report = toolchain.verifyReproducible(components, scratch, progress);
            }
        } else {
            for (Path directory : compare) {
                if (!Files.isDirectory(directory)) {
                    throw new ToolchainException(Kind.USAGE, "no such directory: " + directory);
                }
            }
            report = Toolchain.compare(compare.get(0), compare.get(1));
        }
        spec.commandLine().getOut().print(json ? report.toJson() : report.toText());
        spec.commandLine().getOut().flush();
        return report.identical() ? 0 : Kind.DIFFERENT.exitCode();
    }
}
