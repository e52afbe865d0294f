/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.toolchain.ImageConfiguration;
import dev.wasmlinux.toolchain.Toolchain;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options of every command that works with sources or results. */
final class ToolchainOptions {
    @Option(
            names = "--sources",
            paramLabel = "DIR",
            description = "Folder with source archives, asked before any download (repeatable).")
    private List<Path> sources = new ArrayList<>();

    @Option(names = "--cache", paramLabel = "DIR", description = "Cache directory.")
    private Path cache;

    @Option(names = "--offline", description = "Make no network connection.")
    private boolean offline;

    @Option(
            names = {"-j", "--jobs"},
            paramLabel = "N",
            description = "Number of compilers at once (default: number of processors).")
    private int jobs;

    Toolchain toolchain() throws ToolchainException {
        return toolchain(ImageConfiguration.DEFAULT);
    }

    Toolchain toolchain(ImageConfiguration configuration) throws ToolchainException {
        Toolchain.Builder builder =
                Toolchain.builder().offline(offline).configuration(configuration);
        for (Path folder : sources) {
            if (!Files.isDirectory(folder)) {
                throw new ToolchainException(Kind.USAGE, "no such folder: " + folder);
            }
            builder.sources(folder);
        }
        if (cache != null) {
            builder.cache(cache);
        }
        if (jobs < 0) {
            throw new ToolchainException(Kind.USAGE, "--jobs must be at least 1");
        }
        if (jobs > 0) {
            builder.jobs(jobs);
        }
        return builder.build();
    }

    static ConsoleProgress progress(java.io.PrintStream err) {
        // Java cannot tell whether standard error is a terminal; the launcher can.
        boolean terminal = Boolean.getBoolean("wasmlinux.terminal");
        String kind = System.getenv().getOrDefault("TERM", "dumb");
        return new ConsoleProgress(err, terminal && !kind.equals("dumb"));
    }
}
