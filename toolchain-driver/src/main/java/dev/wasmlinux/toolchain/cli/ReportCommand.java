/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code wasm-linux report}. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description = "Prints what the last successful build did, as JSON.")
final class ReportCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private ToolchainOptions options;

    @Override
    public Integer call() throws ToolchainException {
        Path file = options.toolchain().cache().resolve("report.json");
        if (!Files.exists(file)) {
            throw new ToolchainException(Kind.USAGE, "nothing has been built yet");
        }
        try {
            spec.commandLine().getOut().print(Files.readString(file));
            spec.commandLine().getOut().flush();
            return 0;
        } catch (IOException e) {
            throw new ToolchainException(Kind.STORAGE, "cannot read " + file + ": " + e, e);
        }
    }
}
