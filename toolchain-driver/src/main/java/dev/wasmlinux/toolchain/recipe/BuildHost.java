/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.host.Llvm;
import dev.wasmlinux.toolchain.host.ToolPath;
import dev.wasmlinux.toolchain.process.Command;
import dev.wasmlinux.toolchain.step.StepInputs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The machine that builds: its tools, and the environment in which they run. Thread safe. */
public final class BuildHost {
    /** What every build believes is now: 2026-01-01T00:00:00Z. */
    public static final long SOURCE_DATE_EPOCH = 1_767_225_600L;

    /** Longest run of one tool. */
    private static final Duration LIMIT = Duration.ofHours(3);

    /** Longest silence of one tool; linking with debug information is the longest known. */
    private static final Duration SILENCE = Duration.ofMinutes(20);

    private final ToolPath path;
    private final int jobs;
    private Llvm llvm;

    /**
     * Creates a build host.
     *
     * @param path where its tools are
     * @param jobs number of compilers that run at once, at least 1
     */
    public BuildHost(ToolPath path, int jobs) {
        this.path = path;
        this.jobs = jobs;
    }

    /** Number of compilers that run at once. */
    public int jobs() {
        return jobs;
    }

    /**
     * The compiler, looked for once.
     *
     * @throws ToolchainException {@link Kind#HOST} if there is none that serves
     */
    public synchronized Llvm llvm() throws ToolchainException {
        if (llvm == null) {
            try {
                llvm = Llvm.find(path);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ToolchainException(Kind.HOST, "interrupted while looking for tools", e);
            }
        }
        return llvm;
    }

    /**
     * Finds a tool that is not part of LLVM.
     *
     * @param name file name
     * @throws ToolchainException {@link Kind#HOST} if it is missing
     */
    public Path tool(String name) throws ToolchainException {
        return path.find(name)
                .orElseThrow(
                        () ->
                                new ToolchainException(
                                        Kind.HOST,
                                        name
                                                + " is not installed; \"wasm-linux doctor\" says"
                                                + " how to install everything"));
    }

    /**
     * A command in the clean environment of builds.
     *
     * @param directory working directory
     * @param home empty private directory for what tools write into HOME and TMPDIR
     * @param argv program and arguments
     */
    public Command command(Path directory, Path home, List<String> argv) {
        Map<String, String> environment = new TreeMap<>(fixedEnvironment());
        environment.put("PATH", path.variable());
        environment.put("HOME", home.toString());
        environment.put("TMPDIR", home.toString());
        return new Command(argv, directory, environment, LIMIT, SILENCE);
    }

    /**
     * Names the variables of every build as inputs of a step.
     *
     * @param inputs where to add them
     */
    static void addEnvironment(StepInputs inputs) {
        fixedEnvironment().forEach((name, value) -> inputs.add("environment " + name, value));
    }

    /** The variables of every build that do not depend on the machine, sorted. */
    public static Map<String, String> fixedEnvironment() {
        Map<String, String> fixed = new TreeMap<>();
        fixed.put("LC_ALL", "C");
        fixed.put("TZ", "UTC0");
        fixed.put("SOURCE_DATE_EPOCH", Long.toString(SOURCE_DATE_EPOCH));
        fixed.put("KBUILD_BUILD_TIMESTAMP", "Thu Jan  1 00:00:00 UTC 2026");
        fixed.put("KBUILD_BUILD_USER", "wasm-linux");
        fixed.put("KBUILD_BUILD_HOST", "wasm-linux");
        fixed.put("KBUILD_BUILD_VERSION", "1");
        fixed.put("KCONFIG_NOTIMESTAMP", "1");
        return fixed;
    }
}
