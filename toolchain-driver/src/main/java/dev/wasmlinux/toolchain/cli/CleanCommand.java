/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.toolchain.CleanReport;
import dev.wasmlinux.toolchain.Toolchain;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code wasm-linux clean}. */
@Command(
        name = "clean",
        mixinStandardHelpOptions = true,
        description = {
            "Deletes stored results, source trees, objects and compiled code from the cache,",
            "or, with --max-size, what was used the longest time ago.",
            "Waits until no build uses the cache."
        })
final class CleanCommand implements Callable<Integer> {
    @Mixin private ToolchainOptions options;

    @Parameters(paramLabel = "COMPONENT", description = "What to clean (default: everything).")
    private List<String> components = List.of();

    @Option(names = "--archives", description = "Delete the downloaded archives too.")
    private boolean archives;

    @Option(
            names = "--max-size",
            paramLabel = "SIZE",
            description =
                    "Make the whole cache no larger than SIZE, archives and logs included: bytes,"
                            + " or with K, M, G or T (powers of 1024).")
    private String maxSize;

    @Option(names = "--dry-run", description = "With --max-size: only say what would go.")
    private boolean dryRun;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws ToolchainException, InterruptedException {
        Toolchain toolchain = options.toolchain();
        try (ConsoleProgress progress = ToolchainOptions.progress(System.err)) {
            if (maxSize == null) {
                if (dryRun) {
                    throw new ToolchainException(Kind.USAGE, "--dry-run goes with --max-size");
                }
                toolchain.clean(components, archives, progress);
                return 0;
            }
            if (archives || !components.isEmpty()) {
                throw new ToolchainException(
                        Kind.USAGE, "--max-size decides by itself: no components, no --archives");
            }
            print(toolchain.shrinkCache(bytes(maxSize), dryRun, progress));
        }
        return 0;
    }

    /** Bytes that a text like 1.5G names. */
    static long bytes(String text) throws ToolchainException {
        Matcher matcher =
                Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,6})?)([kmgt]?)(?:i?b)?")
                        .matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new ToolchainException(Kind.USAGE, "not a size: " + text + "; say 500M or 2G");
        }
        int power = " kmgt".indexOf(matcher.group(2).isEmpty() ? " " : matcher.group(2));
        double bytes = Double.parseDouble(matcher.group(1)) * Math.pow(1024, power);
        return (long) Math.min(bytes, Long.MAX_VALUE);
    }

    private void print(CleanReport report) {
        PrintWriter out = spec.commandLine().getOut();
        for (CleanReport.Item item : report.removed()) {
            out.printf(
                    "%-9s %9s  %s  %s%n",
                    item.kind().toString().toLowerCase(Locale.ROOT),
                    shown(item.bytes()),
                    item.lastUse().truncatedTo(ChronoUnit.SECONDS),
                    item.name());
        }
        out.printf(
                "%s: %s, %s %s%n",
                dryRun ? "would go" : "gone",
                shown(report.before() - report.after()),
                dryRun ? "would stay" : "left",
                shown(report.after()));
    }

    private static String shown(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }
}
