/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.toolchain.Toolchain;
import dev.wasmlinux.toolchain.ToolchainException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code wasm-linux fetch}. */
@Command(
        name = "fetch",
        mixinStandardHelpOptions = true,
        description = "Puts source archives into the cache, so that builds need no network.")
final class FetchCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private ToolchainOptions options;

    @Parameters(paramLabel = "SOURCE", description = "linux, musl, busybox (default: all).")
    private List<String> sources = List.of();

    @Override
    public Integer call() throws ToolchainException, InterruptedException {
        Toolchain toolchain = options.toolchain();
        Map<String, String> origins;
        try (ConsoleProgress progress = ToolchainOptions.progress(System.err)) {
            origins = toolchain.fetch(sources, progress);
        }
        origins.forEach(
                (name, origin) -> spec.commandLine().getOut().println(name + "  " + origin));
        return 0;
    }
}
