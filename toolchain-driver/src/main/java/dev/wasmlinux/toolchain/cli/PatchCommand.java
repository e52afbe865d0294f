/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code wasm-linux patch}. */
@Command(
        name = "patch",
        mixinStandardHelpOptions = true,
        description = "Applies patches, and works with patch sets.",
        subcommands = {
            PatchApplyCommand.class,
            PatchSetCommands.Verify.class,
            PatchSetCommands.Refresh.class,
            PatchSetCommands.Rebase.class,
            PatchSetCommands.Export.class,
            PatchSetCommands.Import.class
        },
        footer = {
            "",
            "A SET is the name of a bundled one (linux, musl, busybox, llvm),",
            "or a directory with a patchset.json."
        })
final class PatchCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "say apply, verify, refresh, rebase, export or import");
    }
}
