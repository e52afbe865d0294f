/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.toolchain.Toolchain;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code wasm-linux report}. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description = {
            "Prints what the last build did, as JSON: inputs, digests, commands, times, memory and"
                    + " outputs of every step. If it failed or was cancelled, also the step, the class"
                    + " of the error, the log and the exit code (member \"failure\"). Or the bill of"
                    + " materials of the last image that was built."
        })
final class ReportCommand implements Callable<Integer> {
    /** Forms of a bill of materials. */
    private enum Bill {
        CYCLONEDX("image.cdx.json"),
        SPDX("image.spdx.json"),
        PROVENANCE("image.intoto.json");

        private final String file;

        Bill(String file) {
            this.file = file;
        }
    }

    @Spec private CommandSpec spec;
    @Mixin private ToolchainOptions options;

    @Option(
            names = "--sbom",
            paramLabel = "FORM",
            arity = "0..1",
            fallbackValue = "CYCLONEDX",
            description =
                    "Print the bill of materials, as cyclonedx (default) or spdx; or the provenance.")
    private Bill bill;

    @Override
    public Integer call() throws ToolchainException {
        Toolchain toolchain = options.toolchain();
        Path file =
                bill == null
                        ? toolchain.cache().resolve("report.json")
                        : toolchain.inspect("sbom").directory().resolve(bill.file);
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
