/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.patchset.ApplyOptions;
import dev.wasmlinux.patchset.ApplyReport;
import dev.wasmlinux.patchset.PatchDoesNotFitException;
import dev.wasmlinux.patchset.PatchException;
import dev.wasmlinux.patchset.PatchSource;
import dev.wasmlinux.patchset.Patches;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code wasm-linux patch}. */
@Command(
        name = "patch",
        mixinStandardHelpOptions = true,
        description = "Applies patches and verifies patch sets.",
        subcommands = {PatchCommand.Apply.class, PatchCommand.Verify.class})
final class PatchCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say apply or verify");
    }

    /** {@code wasm-linux patch apply}. */
    @Command(
            name = "apply",
            mixinStandardHelpOptions = true,
            description = "Applies patches to a directory: all of them or none.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:applied",
                "1:does not fit; nothing has changed",
                "2:malformed, refused or wrong usage; nothing has changed",
                "8:reading or writing failed; nothing has changed"
            })
    static final class Apply implements Callable<Integer> {
        private static final int DOES_NOT_FIT = 1;
        private static final int REFUSED = 2;

        @Spec private CommandSpec spec;

        @Option(
                names = {"-p", "--strip"},
                paramLabel = "N",
                defaultValue = "1",
                description = "Leave out N leading path components (default: ${DEFAULT-VALUE}).")
        private int strip;

        @Option(
                names = {"-F", "--fuzz"},
                paramLabel = "N",
                defaultValue = "0",
                description = "Ignore up to N context lines (default: ${DEFAULT-VALUE}).")
        private int fuzz;

        @Option(
                names = {"-R", "--reverse"},
                description = "Undo the patches, the last one first.")
        private boolean reverse;

        @Option(names = "--dry-run", description = "Change nothing.")
        private boolean dryRun;

        @Option(
                names = {"-C", "--directory"},
                paramLabel = "DIR",
                required = true,
                description = "The tree to patch.")
        private Path directory;

        @Parameters(paramLabel = "FILE", arity = "1..*", description = "Patches, in order.")
        private List<Path> files;

        @Override
        public Integer call() throws ToolchainException {
            PrintWriter err = spec.commandLine().getErr();
            if (!Files.isDirectory(directory)) {
                throw new ToolchainException(Kind.USAGE, "no such directory: " + directory);
            }
            ApplyOptions options;
            try {
                options = new ApplyOptions(strip, fuzz, reverse, dryRun);
            } catch (IllegalArgumentException e) {
                throw new ToolchainException(Kind.USAGE, e.getMessage(), e);
            }
            try {
                List<PatchSource> sources = new ArrayList<>();
                for (Path file : files) {
                    if (!Files.exists(file)) {
                        throw new ToolchainException(Kind.USAGE, "no such file: " + file);
                    }
                    sources.addAll(Patches.read(file));
                }
                print(Patches.apply(directory, sources, options));
                return 0;
            } catch (PatchDoesNotFitException e) {
                err.println("wasm-linux: " + e.getMessage());
                return DOES_NOT_FIT;
            } catch (PatchException e) {
                err.println("wasm-linux: " + e.getMessage());
                return REFUSED;
            } catch (IOException e) {
                throw new ToolchainException(Kind.STORAGE, "cannot apply: " + e, e);
            }
        }

        private void print(ApplyReport report) {
            PrintWriter out = spec.commandLine().getOut();
            for (ApplyReport.PatchResult patch : report.patches()) {
                out.println(patch.name());
                for (ApplyReport.FileResult file : patch.files()) {
                    String moved =
                            file.movedHunks() > 0
                                    ? "  (" + file.movedHunks() + " hunks moved)"
                                    : "";
                    out.printf(
                            "  %-8s %s%s%n",
                            file.action().toString().toLowerCase(java.util.Locale.ROOT),
                            file.path(),
                            moved);
                }
            }
        }
    }

    /** {@code wasm-linux patch verify}. */
    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = {
                "Applies a bundled patch set to a fresh tree from its verified archive.",
                "Exit code 0 if it fits, 6 if it does not."
            })
    static final class Verify implements Callable<Integer> {
        @Spec private CommandSpec spec;
        @Mixin private ToolchainOptions options;

        @Parameters(paramLabel = "SET", description = "linux, musl or busybox.")
        private String set;

        @Override
        public Integer call() throws ToolchainException, InterruptedException {
            String result;
            try (ConsoleProgress progress = ToolchainOptions.progress(System.err)) {
                result = options.toolchain().verifyPatches(set, progress);
            }
            spec.commandLine().getOut().println(result);
            return 0;
        }
    }
}
