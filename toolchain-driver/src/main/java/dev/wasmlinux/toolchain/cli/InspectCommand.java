/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.toolchain.BuildReport.Output;
import dev.wasmlinux.toolchain.BuildReport.StepReport;
import dev.wasmlinux.toolchain.ToolchainException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code wasm-linux inspect}. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = "Shows a built component: where it lies, what it was made from, its files.")
final class InspectCommand implements Callable<Integer> {
    private static final int FILES_SHOWN = 40;

    @Spec private CommandSpec spec;
    @Mixin private ToolchainOptions options;

    @Parameters(paramLabel = "COMPONENT", description = "A built component.")
    private String component;

    @Override
    public Integer call() throws ToolchainException {
        StepReport step = options.toolchain().inspect(component);
        PrintWriter out = spec.commandLine().getOut();
        out.println("directory  " + step.directory());
        out.println("key        " + step.key());
        out.println("identity   " + step.identity());
        out.println("log        " + step.log());
        step.inputs().forEach((name, value) -> out.println("input      " + name + ": " + value));
        step.commands().forEach(command -> out.println("command    " + command));
        for (Output file : step.outputs().stream().limit(FILES_SHOWN).toList()) {
            out.printf("%12d %s  %s%n", file.size(), file.sha256().substring(0, 16), file.path());
        }
        if (step.outputs().size() > FILES_SHOWN) {
            out.println("… " + step.outputs().size() + " files in all");
        }
        return 0;
    }
}
