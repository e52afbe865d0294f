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
import dev.wasmlinux.toolchain.Toolchain;
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
    static final class Verify implements Callable<Integer> {
        @Spec private CommandSpec spec;
        @Mixin private ToolchainOptions options;

        @Parameters(paramLabel = "SET", description = "Name or directory.")
        private String set;

        @Override
        public Integer call() throws ToolchainException, InterruptedException {
            Toolchain toolchain = options.toolchain();
            try (ConsoleProgress progress = ToolchainOptions.progress(System.err)) {
                spec.commandLine().getOut().println(toolchain.patchSets().verify(set, progress));
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
    static final class Refresh implements Callable<Integer> {
        @Spec private CommandSpec spec;
        @Mixin private ToolchainOptions options;

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

        @Option(
                names = {"-F", "--fuzz"},
                paramLabel = "N",
                defaultValue = "0",
                description = "Ignore up to N context lines (default: ${DEFAULT-VALUE}).")
        private int fuzz;

        @Parameters(paramLabel = "SET", arity = "1..*", description = "Directories of sets.")
        private List<Path> sets;

        @Override
        public Integer call() throws ToolchainException, InterruptedException {
            Toolchain toolchain = options.toolchain();
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
            PrintWriter out = spec.commandLine().getOut();
            try (ConsoleProgress progress = ToolchainOptions.progress(System.err)) {
                if (tree != null) {
                    toolchain
                            .patchSets()
                            .regenerate(sets.get(0).toString(), tree, output, fuzz, progress);
                    out.println(output);
                    return 0;
                }
                for (Path set : sets) {
                    out.println(toolchain.patchSets().pin(set, progress));
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
    static final class Rebase implements Callable<Integer> {
        @Spec private CommandSpec spec;

        @Option(
                names = {"-F", "--fuzz"},
                paramLabel = "N",
                defaultValue = "0",
                description = "Ignore up to N context lines (default: ${DEFAULT-VALUE}).")
        private int fuzz;

        @Parameters(index = "0", paramLabel = "SET", description = "Name or directory.")
        private String set;

        @Parameters(
                index = "1..*",
                arity = "1..*",
                paramLabel = "UPSTREAM",
                description = "Archives or directories of other versions.")
        private List<Path> upstreams;

        @Override
        public Integer call() throws ToolchainException {
            PatchSet loaded = PatchSetWork.load(set);
            PrintWriter out = spec.commandLine().getOut();
            boolean fits = true;
            for (Path upstream : upstreams) {
                if (!Files.exists(upstream)) {
                    throw new ToolchainException(Kind.USAGE, "no such file: " + upstream);
                }
                UpstreamTree tree =
                        Files.isDirectory(upstream)
                                ? UpstreamTree.directory(upstream)
                                : UpstreamArchive.file(upstream);
                RebaseReport report;
                try {
                    report = loaded.rebase(tree, fuzz);
                } catch (PatchException e) {
                    throw new ToolchainException(Kind.PATCH, e.getMessage(), e);
                } catch (IOException e) {
                    throw new ToolchainException(Kind.STORAGE, "cannot read: " + e, e);
                }
                fits &= report.fits();
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
            return fits ? 0 : 1;
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
    static final class Export implements Callable<Integer> {
        @Spec private CommandSpec spec;
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
        public Integer call() throws ToolchainException, InterruptedException {
            if (quilt) {
                spec.commandLine().getOut().println(series());
                return 0;
            }
            try (ConsoleProgress progress = ToolchainOptions.progress(System.err)) {
                options.toolchain().patchSets().export(set, output, progress);
            }
            spec.commandLine().getOut().println(output);
            return 0;
        }

        private Path series() throws ToolchainException {
            PatchSet loaded = PatchSetWork.load(set);
            try {
                return loaded.exportQuilt(output);
            } catch (PatchException e) {
                throw new ToolchainException(Kind.PATCH, e.getMessage(), e);
            } catch (FileAlreadyExistsException e) {
                throw new ToolchainException(
                        Kind.USAGE, e.getMessage() + " exists; choose another --output", e);
            } catch (IOException e) {
                throw new ToolchainException(Kind.STORAGE, "cannot export: " + e, e);
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
    static final class Import implements Callable<Integer> {
        @Spec private CommandSpec spec;

        @Option(names = "--component", paramLabel = "NAME", required = true)
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
                names = {"-p", "--strip"},
                paramLabel = "N",
                defaultValue = "1",
                description = "Leading path components to drop (default: ${DEFAULT-VALUE}).")
        private int strip;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "DIR",
                required = true,
                description = "New directory for the set.")
        private Path output;

        @Parameters(paramLabel = "INPUT", description = "Series, mailbox, directory or diff.")
        private Path input;

        @Override
        public Integer call() throws ToolchainException {
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
                                strip,
                                List.of(),
                                Optional.empty(),
                                Optional.empty());
            } catch (IllegalArgumentException e) {
                throw new ToolchainException(Kind.USAGE, e.getMessage(), e);
            }
            if (!Files.exists(input)) {
                throw new ToolchainException(Kind.USAGE, "no such file: " + input);
            }
            try {
                PatchSet made = PatchSet.importFrom(input, template, output);
                made.manifest()
                        .patches()
                        .forEach(
                                patch ->
                                        spec.commandLine()
                                                .getOut()
                                                .printf("%s  %s%n", patch.file(), patch.title()));
                return 0;
            } catch (PatchException e) {
                throw new ToolchainException(Kind.PATCH, e.getMessage(), e);
            } catch (IOException e) {
                throw new ToolchainException(Kind.STORAGE, "cannot import: " + e, e);
            }
        }
    }
}
