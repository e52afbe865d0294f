/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.patchset.Manifest;
import dev.wasmlinux.patchset.PatchException;
import dev.wasmlinux.patchset.PatchSet;
import dev.wasmlinux.patchset.RebaseReport;
import dev.wasmlinux.patchset.UpstreamArchive;
import dev.wasmlinux.patchset.UpstreamTree;
import dev.wasmlinux.patchset.Version;
import dev.wasmlinux.patchset.VersionRange;
import dev.wasmlinux.toolchain.PatchSetWork;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The subcommands of {@code wasm-linux patch} that work with whole sets. */
final class PatchSetCommands {
    private PatchSetCommands() {}

    /** Work on sets, and its failures as errors of the driver. */
    private abstract static class Action implements Callable<Integer> {
        @Spec private CommandSpec spec;

        abstract int act(PrintWriter out)
                throws IOException, ToolchainException, InterruptedException;

        @Override
        public Integer call() throws ToolchainException, InterruptedException {
            try {
                return act(spec.commandLine().getOut());
            } catch (PatchException e) {
                throw new ToolchainException(Kind.PATCH, e.getMessage(), e);
            } catch (IOException e) {
                throw new ToolchainException(Kind.STORAGE, "cannot " + spec.name() + ": " + e, e);
            }
        }
    }

    /** {@code wasm-linux patch verify}. */
    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = {
                "Holds a patch set against the verified archive of its upstream: does everything",
                "fit, and is the patched tree the one whose digest the set pins?",
                "Exit code 0 if so, 6 if not. For llvm, an empty set: do the tools of this",
                "machine serve as they are? Exit code 3 if not."
            })
    static final class Verify extends Action {
        @Mixin private ToolchainOptions options;

        @Parameters(paramLabel = "SET", description = "Name or directory.")
        private String set;

        @Override
        int act(PrintWriter out) throws ToolchainException, InterruptedException {
            PatchSetWork work = options.toolchain().patchSets();
            try (ConsoleProgress progress = ToolchainOptions.progress(System.err)) {
                out.println(work.verify(set, progress));
            }
            return 0;
        }
    }

    /** {@code wasm-linux patch refresh}. */
    @Command(
            name = "refresh",
            mixinStandardHelpOptions = true,
            description = {
                "Pins the digest of the patched tree in the patchset.json of each set, after",
                "patches or overlay were edited. With --tree, writes one set anew instead:",
                "patches and overlay from a tree that was patched with it and edited."
            })
    static final class Refresh extends Action {
        @Mixin private ToolchainOptions options;
        @Mixin private FuzzOption fuzz;

        @Option(
                names = "--tree",
                paramLabel = "DIR",
                description = "The edited tree, without build products.")
        private Path tree;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "DIR",
                description = "New directory for the set made from --tree.")
        private Path output;

        @Parameters(paramLabel = "SET", arity = "1..*", description = "Directories of sets.")
        private List<Path> sets;

        @Override
        int act(PrintWriter out) throws ToolchainException, InterruptedException {
            PatchSetWork work = options.toolchain().patchSets();
            if ((tree == null) != (output == null) || tree != null && sets.size() > 1) {
                throw new ToolchainException(
                        Kind.USAGE, "--tree and --output go together, with one set");
            }
            for (Path set : sets) {
                if (!Files.isDirectory(set)) {
                    throw new ToolchainException(
                            Kind.USAGE,
                            "no such directory: "
                                    + set
                                    + " (a bundled set is refreshed where its sources are)");
                }
            }
            try (ConsoleProgress progress = ToolchainOptions.progress(System.err)) {
                if (tree != null) {
                    work.regenerate(sets.get(0).toString(), tree, output, fuzz.lines(), progress);
                    out.println(output);
                    return 0;
                }
                for (Path set : sets) {
                    out.println(work.pin(set, progress));
                }
            }
            return 0;
        }
    }

    /** {@code wasm-linux patch rebase}. */
    @Command(
            name = "rebase",
            mixinStandardHelpOptions = true,
            description = {
                "Says which patches of a set fit other versions of the upstream.",
                "Exit code 0 if everything fits everywhere, 1 if not. Changes nothing."
            })
    static final class Rebase extends Action {
        @Mixin private FuzzOption fuzz;

        @Parameters(index = "0", paramLabel = "SET", description = "Name or directory.")
        private String set;

        @Parameters(
                index = "1..*",
                arity = "1..*",
                paramLabel = "UPSTREAM",
                description = "Archives or directories of other versions.")
        private List<Path> upstreams;

        @Override
        int act(PrintWriter out) throws IOException, ToolchainException {
            PatchSet loaded = PatchSetWork.load(set);
            boolean fits = true;
            for (Path upstream : upstreams) {
                if (!Files.exists(upstream)) {
                    throw new ToolchainException(Kind.USAGE, "no such file: " + upstream);
                }
                UpstreamTree tree =
                        Files.isDirectory(upstream)
                                ? UpstreamTree.directory(upstream)
                                : UpstreamArchive.file(upstream);
                RebaseReport report = loaded.rebase(tree, fuzz.lines());
                fits &= report.fits();
                print(report, out);
            }
            return fits ? 0 : 1;
        }

        private static void print(RebaseReport report, PrintWriter out) {
            out.println(report.tree());
            for (RebaseReport.Entry entry : report.patches()) {
                String status =
                        entry.status().toString().toLowerCase(Locale.ROOT).replace('_', ' ');
                out.printf("  %-16s %s%n", status, entry.name());
                if (entry.status() == RebaseReport.Status.DOES_NOT_FIT) {
                    entry.problem().lines().forEach(line -> out.println("      " + line));
                }
            }
        }
    }

    /** {@code wasm-linux patch export}. */
    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description = {
                "Writes the patched source of a set's upstream, from its archive. With --quilt, the",
                "set itself as a quilt series instead: OUT/patches/series and the patches with",
                "DEP-3 headings; the import of it makes the same patches."
            })
    static final class Export extends Action {
        @Mixin private ToolchainOptions options;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "OUT",
                required = true,
                description =
                        "New directory, or archive by its name (tar, tar.gz, tar.xz). With --quilt,"
                                + " a directory without one named patches in it.")
        private Path output;

        @Option(names = "--quilt", description = "Write a quilt series, not a source tree.")
        private boolean quilt;

        @Parameters(paramLabel = "SET", description = "Name or directory.")
        private String set;

        @Override
        int act(PrintWriter out) throws IOException, ToolchainException, InterruptedException {
            if (quilt) {
                out.println(series());
                return 0;
            }
            try (ConsoleProgress progress = ToolchainOptions.progress(System.err)) {
                options.toolchain().patchSets().export(set, output, progress);
            }
            out.println(output);
            return 0;
        }

        private Path series() throws IOException, ToolchainException {
            try {
                return PatchSetWork.load(set).exportQuilt(output);
            } catch (FileAlreadyExistsException e) {
                throw new ToolchainException(
                        Kind.USAGE, e.getMessage() + " exists; choose another --output", e);
            }
        }
    }

    /** {@code wasm-linux patch import}. */
    @Command(
            name = "import",
            mixinStandardHelpOptions = true,
            description = {
                "Makes a set of patches from elsewhere: a quilt series, mails of git format-patch,",
                "or plain files. Their headings (DEP-3, mail) become entries of patchset.json."
            })
    static final class Import extends Action {
        @Mixin private StripOption strip;

        @Option(
                names = "--component",
                paramLabel = "NAME",
                required = true,
                description = "What the patches are for, for example linux.")
        private String component;

        @Option(
                names = "--upstream-version",
                paramLabel = "VERSION",
                required = true,
                description = "The upstream version that the patches are for.")
        private String version;

        @Option(
                names = "--license",
                paramLabel = "SPDX",
                required = true,
                description = "Licence of the patches.")
        private String license;

        @Option(
                names = "--description",
                paramLabel = "TEXT",
                defaultValue = "Imported patches",
                description = "What the set makes of its upstream.")
        private String description;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "DIR",
                required = true,
                description = "New directory for the set.")
        private Path output;

        @Parameters(paramLabel = "INPUT", description = "Series, mailbox, directory or diff.")
        private Path input;

        @Override
        int act(PrintWriter out) throws IOException, ToolchainException {
            Manifest template;
            try {
                template =
                        new Manifest(
                                component,
                                description,
                                license,
                                Version.of(version),
                                VersionRange.parse(version),
                                List.of(),
                                strip.components(),
                                List.of(),
                                Optional.empty(),
                                Optional.empty());
            } catch (IllegalArgumentException e) {
                throw new ToolchainException(Kind.USAGE, e.getMessage(), e);
            }
            if (!Files.exists(input)) {
                throw new ToolchainException(Kind.USAGE, "no such file: " + input);
            }
            PatchSet.importFrom(input, template, output)
                    .manifest()
                    .patches()
                    .forEach(patch -> out.printf("%s  %s%n", patch.file(), patch.title()));
            return 0;
        }
    }
}
