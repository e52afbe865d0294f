/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.toolchain.ImageConfiguration;
import dev.wasmlinux.toolchain.Toolchain;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
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

    @Option(
            names = "--extension",
            paramLabel = "JAR",
            description = "Jar with components of your own, found as services (repeatable).")
    private List<Path> extensions = new ArrayList<>();

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
        if (!extensions.isEmpty()) {
            addExtensions(builder);
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

    private void addExtensions(Toolchain.Builder builder) throws ToolchainException {
        List<URL> jars = new ArrayList<>();
        for (Path jar : extensions) {
            if (!Files.isReadable(jar)) {
                throw new ToolchainException(Kind.USAGE, "no such jar: " + jar);
            }
            try {
                jars.add(jar.toUri().toURL());
            } catch (MalformedURLException e) {
                throw new ToolchainException(Kind.USAGE, "not a jar: " + jar, e);
            }
        }
        try {
            // Open until the tool ends, as components load their classes when they need them.
            builder.components(
                    new URLClassLoader(
                            jars.toArray(new URL[0]), ToolchainOptions.class.getClassLoader()));
        } catch (ServiceConfigurationError e) {
            throw new ToolchainException(Kind.USAGE, "--extension: " + e.getMessage(), e);
        }
    }

    static ConsoleProgress progress(java.io.PrintStream err) {
        // Java cannot tell whether standard error is a terminal; the launcher can.
        boolean terminal = Boolean.getBoolean("wasmlinux.terminal");
        String kind = System.getenv().getOrDefault("TERM", "dumb");
        return new ConsoleProgress(err, terminal && !kind.equals("dumb"));
    }
}
