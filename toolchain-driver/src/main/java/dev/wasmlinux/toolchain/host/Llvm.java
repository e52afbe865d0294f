/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.host;

import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.io.Digests;
import dev.wasmlinux.toolchain.step.StepInputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The LLVM tools of one version.
 *
 * @param major version number, 22 or later
 * @param identity first line of {@code clang --version}, which names the distribution's package
 *     version
 * @param make value of kbuild's LLVM variable: a suffix such as "-22", or a directory with a final
 *     slash
 * @param clang the compiler
 * @param wasmLd the linker under the name that makes it link WebAssembly
 * @param ar archiver
 * @param ranlib archive indexer
 * @param nm symbol lister
 * @param strip symbol remover
 * @param objcopy section editor
 * @param resources the compiler's own headers and libraries
 * @param builtins the compiler's run-time library for wasm32
 * @param builtinsDigest its SHA-256
 */
public record Llvm(
        int major,
        String identity,
        String make,
        Path clang,
        Path wasmLd,
        Path ar,
        Path ranlib,
        Path nm,
        Path strip,
        Path objcopy,
        Path resources,
        Path builtins,
        String builtinsDigest) {
    /** The oldest version that emits the exception encoding that the engine reads. */
    public static final int NEEDED = 22;

    /** The oldest version that is looked for by name, to say that it is too old. */
    private static final int OLDEST = 14;

    /** The newest version that is looked for by name. */
    private static final int NEWEST = 30;

    private static final Pattern VERSION = Pattern.compile("clang version (\\d+)\\.");

    /** Where distributions put the run-time library below the compiler's resource directory. */
    private static final List<String> BUILTINS =
            List.of(
                    "lib/wasm32-unknown-unknown/libclang_rt.builtins.a",
                    "lib/wasi/libclang_rt.builtins-wasm32.a",
                    "lib/wasm32-unknown-wasi/libclang_rt.builtins.a",
                    "lib/wasm32-unknown-wasip1/libclang_rt.builtins.a",
                    "lib/wasip1/libclang_rt.builtins-wasm32.a");

    /** Programs of the set, without suffix. */
    static final List<String> PROGRAMS =
            List.of(
                    "clang",
                    "ld.lld",
                    "wasm-ld",
                    "llvm-ar",
                    "llvm-ranlib",
                    "llvm-nm",
                    "llvm-strip",
                    "llvm-objcopy");

    /** A compiler that was found, good or not. */
    record Candidate(Path clang, String suffix, int major, String identity) {
        /** Name of another program of the same set. */
        Path sibling(String program) {
            return clang.resolveSibling(program + suffix);
        }
    }

    /**
     * Finds the oldest version that serves, so that a newer compiler on the same machine does not
     * change what is built.
     *
     * @param path where to look
     * @return the tools
     * @throws ToolchainException {@link Kind#HOST} if there are none or some are missing
     * @throws InterruptedException if interrupted
     */
    public static Llvm find(ToolPath path) throws ToolchainException, InterruptedException {
        List<String> problems = new ArrayList<>();
        for (Candidate candidate : candidates(path)) {
            List<String> missing = missing(candidate);
            Optional<Path> builtins = builtins(path, candidate);
            if (candidate.major() < NEEDED) {
                problems.add(candidate.clang() + " is version " + candidate.major());
            } else if (!missing.isEmpty()) {
                problems.add(candidate.clang() + " lacks " + String.join(", ", missing));
            } else if (builtins.isEmpty()) {
                problems.add(candidate.clang() + " lacks its run-time library for wasm32");
            } else {
                return of(candidate, resources(path, candidate).orElseThrow(), builtins.get());
            }
        }
        throw new ToolchainException(
                Kind.HOST,
                "no LLVM "
                        + NEEDED
                        + " or later"
                        + (problems.isEmpty() ? "" : " (" + String.join("; ", problems) + ")")
                        + "; \"wasm-linux doctor\" says what to install");
    }

    private static Llvm of(Candidate candidate, Path resources, Path builtins)
            throws ToolchainException {
        // kbuild takes a suffix for programs on the path, or a directory for plain names.
        String make =
                candidate.suffix().isEmpty()
                        ? candidate.clang().getParent() + "/"
                        : candidate.suffix();
        try {
            return new Llvm(
                    candidate.major(),
                    candidate.identity(),
                    make,
                    candidate.clang(),
                    candidate.sibling("wasm-ld"),
                    candidate.sibling("llvm-ar"),
                    candidate.sibling("llvm-ranlib"),
                    candidate.sibling("llvm-nm"),
                    candidate.sibling("llvm-strip"),
                    candidate.sibling("llvm-objcopy"),
                    resources,
                    builtins,
                    Digests.of(builtins));
        } catch (IOException e) {
            throw new ToolchainException(Kind.HOST, "cannot read " + builtins + ": " + e, e);
        }
    }

    static List<Candidate> candidates(ToolPath path) throws InterruptedException {
        List<Candidate> found = new ArrayList<>();
        for (int major = OLDEST; major <= NEWEST; major++) {
            String suffix = "-" + major;
            Optional<Path> clang = path.find("clang" + suffix);
            if (clang.isPresent()) {
                identify(path, clang.get(), suffix).ifPresent(found::add);
            }
        }
        for (Path directory : path.directories()) {
            Path clang = directory.resolve("clang");
            if (Files.isExecutable(clang)) {
                identify(path, clang, "").ifPresent(found::add);
            }
        }
        return found;
    }

    private static Optional<Candidate> identify(ToolPath path, Path clang, String suffix)
            throws InterruptedException {
        Probe.Answer answer = Probe.run(path, Path.of("/"), List.of(clang.toString(), "--version"));
        Matcher matcher = VERSION.matcher(answer.output());
        if (!answer.ok() || !matcher.find()) {
            return Optional.empty();
        }
        String identity = answer.output().lines().findFirst().orElse("").strip();
        return Optional.of(
                new Candidate(clang, suffix, Integer.parseInt(matcher.group(1)), identity));
    }

    static List<String> missing(Candidate candidate) {
        return PROGRAMS.stream()
                .filter(program -> !Files.isExecutable(candidate.sibling(program)))
                .map(program -> program + candidate.suffix())
                .toList();
    }

    private static Optional<Path> resources(ToolPath path, Candidate candidate)
            throws InterruptedException {
        Probe.Answer answer =
                Probe.run(
                        path,
                        Path.of("/"),
                        List.of(candidate.clang().toString(), "--print-resource-dir"));
        return answer.ok() ? Optional.of(Path.of(answer.output())) : Optional.empty();
    }

    static Optional<Path> builtins(ToolPath path, Candidate candidate) throws InterruptedException {
        return resources(path, candidate)
                .flatMap(
                        resources ->
                                BUILTINS.stream()
                                        .map(resources::resolve)
                                        .filter(Files::isReadable)
                                        .findFirst());
    }

    /**
     * Names the tools as inputs of a step.
     *
     * @param inputs where to add them
     */
    public void addTo(StepInputs inputs) {
        inputs.add("tool clang", identity);
    }
}
