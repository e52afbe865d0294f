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
import dev.wasmlinux.patchset.UpstreamArchive;
import dev.wasmlinux.toolchain.PatchSetWork;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code wasm-linux patch apply}. */
@Command(
        name = "apply",
        mixinStandardHelpOptions = true,
        description = {
            "Applies patches to a directory, or to an archive on its way to somewhere else:",
            "all of them or none."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:applied",
            "1:does not fit; nothing has changed",
            "2:malformed, refused or wrong usage; nothing has changed",
            "8:reading or writing failed; nothing has changed"
        })
final class PatchApplyCommand implements Callable<Integer> {
    private static final int DOES_NOT_FIT = 1;
    private static final int REFUSED = 2;

    @Spec private CommandSpec spec;

    @Mixin private StripOption strip;
    @Mixin private FuzzOption fuzz;

    @Option(
            names = {"-R", "--reverse"},
            description = "Undo the patches, the last one first.")
    private boolean reverse;

    @Option(names = "--dry-run", description = "Change nothing.")
    private boolean dryRun;

    @ArgGroup(multiplicity = "1")
    private Target target;

    /** One of the two. */
    static final class Target {
        @Option(
                names = {"-C", "--directory"},
                paramLabel = "DIR",
                required = true,
                description = "The tree to patch.")
        private Path directory;

        @ArgGroup(exclusive = false)
        private ArchiveTarget archive;
    }

    /** From an archive to somewhere else. */
    static final class ArchiveTarget {
        @Option(
                names = "--archive",
                paramLabel = "FILE",
                required = true,
                description = "The tree to patch, as tar, tar.gz, tar.xz or tar.bz2.")
        private Path file;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "OUT",
                required = true,
                description = "New directory, or archive by its name, for the patched tree.")
        private Path output;
    }

    @Parameters(
            paramLabel = "PATCH",
            arity = "1..*",
            description = "Diffs, mailboxes, quilt series or directories, in order.")
    private List<Path> files;

    @Override
    public Integer call() throws ToolchainException {
        PrintWriter err = spec.commandLine().getErr();
        if (target.directory != null && !Files.isDirectory(target.directory)) {
            throw new ToolchainException(Kind.USAGE, "no such directory: " + target.directory);
        }
        if (target.archive != null && !Files.isRegularFile(target.archive.file)) {
            throw new ToolchainException(Kind.USAGE, "no such file: " + target.archive.file);
        }
        ApplyOptions options;
        try {
            options = new ApplyOptions(strip.components(), fuzz.lines(), reverse, dryRun, true);
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
            print(apply(sources, options));
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

    private ApplyReport apply(List<PatchSource> sources, ApplyOptions options) throws IOException {
        return target.archive == null
                ? Patches.apply(target.directory, sources, options)
                : Patches.apply(
                        UpstreamArchive.file(target.archive.file),
                        PatchSetWork.output(target.archive.output),
                        sources,
                        options);
    }

    private void print(ApplyReport report) {
        PrintWriter out = spec.commandLine().getOut();
        for (ApplyReport.PatchResult patch : report.patches()) {
            out.println(patch.name());
            for (ApplyReport.FileResult file : patch.files()) {
                String moved =
                        file.movedHunks() > 0 ? "  (" + file.movedHunks() + " hunks moved)" : "";
                out.printf(
                        "  %-8s %s%s%n",
                        file.action().toString().toLowerCase(Locale.ROOT), file.path(), moved);
            }
        }
    }
}
