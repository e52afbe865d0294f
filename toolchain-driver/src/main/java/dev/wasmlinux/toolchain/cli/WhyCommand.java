/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.toolchain.Toolchain;
import dev.wasmlinux.toolchain.ToolchainException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code wasm-linux why}. */
@Command(
        name = "why",
        mixinStandardHelpOptions = true,
        description = "Says what a build would do and why, without building anything.")
final class WhyCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private ToolchainOptions options;
    @Mixin private ConfigurationOptions own;

    @Parameters(paramLabel = "COMPONENT", description = "Components (default: all).")
    private List<String> components = List.of();

    @Override
    public Integer call() throws ToolchainException {
        Toolchain toolchain = options.toolchain(own.configuration());
        for (String name : components.isEmpty() ? toolchain.components() : components) {
            spec.commandLine().getOut().println(name + ": " + toolchain.why(name));
        }
        return 0;
    }
}
