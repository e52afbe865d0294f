/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.toolchain.ToolchainException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wasm-linux clean}. */
@Command(
        name = "clean",
        mixinStandardHelpOptions = true,
        description = "Deletes stored results, source trees and objects from the cache.")
final class CleanCommand implements Callable<Integer> {
    @Mixin private ToolchainOptions options;

    @Parameters(paramLabel = "COMPONENT", description = "What to clean (default: everything).")
    private List<String> components = List.of();

    @Option(names = "--archives", description = "Delete the downloaded archives too.")
    private boolean archives;

    @Override
    public Integer call() throws ToolchainException, InterruptedException {
        options.toolchain().clean(components, archives);
        return 0;
    }
}
