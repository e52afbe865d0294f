/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.toolchain.BuildReport;
import dev.wasmlinux.toolchain.Toolchain;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.io.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code wasm-linux build}. */
@Command(
        name = "build",
        mixinStandardHelpOptions = true,
        description = {
            "Builds components and whatever they need, from verified upstream sources.",
            "What is stored for the same sources, patches, tools and options is not built again."
        },
        footer = {
            "",
            "Examples:",
            "  wasm-linux build image --output out",
            "  wasm-linux build sdk --output out      a C compiler, for any build system",
            "  wasm-linux build image --program hello.c --file motd:/etc/motd --output own",
            "  wasm-linux build image --kernel-config my.config --root tree --output own",
            "  wasm-linux run --image own -- hello"
        })
final class BuildCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private ToolchainOptions options;
    @Mixin private ConfigurationOptions own;

    @Parameters(
            paramLabel = "COMPONENT",
            description = "What to build (default: everything); --list names them.")
    private List<String> components = List.of();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            description = "Copy each built component to DIR/COMPONENT.")
    private Path output;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description =
                    "Write what was done to FILE as JSON, as the command report prints it; also if the"
                            + " build fails.")
    private Path reportFile;

    @Option(names = "--force", description = "Build the named components even if they are stored.")
    private boolean force;

    @Option(
            names = {"-n", "--dry-run"},
            description = "Say what would run and why, and what would be downloaded; do nothing.")
    private boolean dryRun;

    @Option(names = "--list", description = "Name the components and end.")
    private boolean list;

    @Override
    public Integer call() throws ToolchainException, InterruptedException {
        Toolchain toolchain = options.toolchain(own.configuration());
        Set<String> wanted =
                new LinkedHashSet<>(components.isEmpty() ? toolchain.components() : components);
        if (wanted.contains("image")) {
            wanted.add("sbom"); // whoever hands an image on needs it
        }
        CommandLine line = spec.commandLine();
        if (list) {
            toolchain.components().forEach(line.getOut()::println);
            return 0;
        }
        if (dryRun) {
            line.getOut().print(toolchain.plan(wanted).toText());
            line.getOut().flush();
            return 0;
        }
        try (ConsoleProgress progress = ToolchainOptions.progress(System.err)) {
            return toolchain.holding(progress, () -> build(toolchain, wanted, progress));
        }
    }

    private int build(Toolchain toolchain, Set<String> wanted, ConsoleProgress progress)
            throws ToolchainException, IOException, InterruptedException {
        BuildReport report;
        try (Cancellation cancellation = new Cancellation()) {
            try {
                report = toolchain.build(wanted, force ? wanted : Set.of(), progress);
                cancellation.over();
                write(toolchain, report);
            } catch (ToolchainException | InterruptedException | RuntimeException e) {
                cancellation.over();
                writeFailure(toolchain, progress, e);
                throw e;
            }
        }
        for (String name : wanted) {
            Path stored = report.step(name).directory();
            Path place = output == null ? stored : copy(stored, name);
            spec.commandLine().getOut().println(name + "  " + place);
        }
        return 0;
    }

    private void write(Toolchain toolchain, BuildReport report) throws IOException {
        String text =
                report.with("command", commandLine())
                        .with("directory", Path.of("").toAbsolutePath().toString())
                        .toJson();
        Trees.writeAtomically(toolchain.cache().resolve("report.json"), text);
        if (reportFile != null) {
            Trees.writeAtomically(reportFile, text);
            Files.setPosixFilePermissions(reportFile, PosixFilePermissions.fromString("rw-r--r--"));
        }
    }

    /** Writes the report of a failed build; what has failed stays the error that is shown. */
    private void writeFailure(Toolchain toolchain, ConsoleProgress progress, Exception failure) {
        if (progress.failed().isEmpty()) {
            return; // it had not begun
        }
        try {
            write(toolchain, progress.failed().get());
        } catch (IOException e) {
            failure.addSuppressed(e);
            progress.note("cannot write the report of the failed build: " + e);
        }
    }

    /** What repeats this build in a shell. */
    private String commandLine() {
        StringBuilder text = new StringBuilder("wasm-linux");
        for (String word : spec.root().commandLine().getParseResult().originalArgs()) {
            boolean plain = word.matches("[\\w@%+=:,./-]+");
            text.append(' ').append(plain ? word : "'" + word.replace("'", "'\\''") + "'");
        }
        return text.toString();
    }

    /** Puts a result into the output folder, where the old or the new one is at any time. */
    private Path copy(Path stored, String name) throws IOException {
        Files.createDirectories(output);
        Path draft = Files.createTempDirectory(output, "." + name + "-");
        try {
            Path fresh = draft.resolve(name);
            Trees.copy(stored, fresh);
            Path place = output.resolve(name);
            if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                Trees.place(place, draft.resolve("old"));
            }
            Trees.place(fresh, place);
            return place;
        } finally {
            Trees.delete(draft);
        }
    }
}
