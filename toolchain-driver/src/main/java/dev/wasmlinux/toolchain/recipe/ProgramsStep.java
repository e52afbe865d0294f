/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.toolchain.ImageConfiguration.Program;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.io.Digests;
import dev.wasmlinux.toolchain.io.Trees;
import dev.wasmlinux.toolchain.step.Step;
import dev.wasmlinux.toolchain.step.StepContext;
import dev.wasmlinux.toolchain.step.StepInputs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * A user's own programs, each at its path in the image. A C source is compiled where only it and
 * the headers beside it are, so that nothing else can decide the result.
 */
final class ProgramsStep implements Step {
    private static final List<String> FLAGS = List.of("-O2", "-Wall", "-Wl,--strip-debug");
    private static final Set<PosixFilePermission> EXECUTABLE =
            PosixFilePermissions.fromString("rwxr-xr-x");
    private static final byte[] WASM = {0, 'a', 's', 'm'};

    private final BuildHost host;
    private final List<Program> programs;

    ProgramsStep(BuildHost host, List<Program> programs) {
        this.host = host;
        this.programs = List.copyOf(programs);
    }

    @Override
    public String name() {
        return "programs";
    }

    @Override
    public List<String> dependencies() {
        return List.of("sysroot");
    }

    @Override
    public void inputs(StepInputs inputs) throws ToolchainException {
        inputs.add("recipe", "1");
        inputs.add("flags", String.join(" ", FLAGS));
        for (Program program : programs) {
            try {
                StringBuilder text = new StringBuilder();
                for (Path file : files(program)) {
                    text.append(Digests.of(file)).append("  ").append(file.getFileName());
                    text.append('\n');
                }
                inputs.add("program " + program.destination(), Digests.of(text.toString()));
            } catch (IOException e) {
                throw unreadable(program, e);
            } catch (IllegalArgumentException e) {
                throw new ToolchainException(
                        Kind.USAGE, "two programs at " + program.destination(), e);
            }
        }
        host.llvm().addTo(inputs);
    }

    private static ToolchainException unreadable(Program program, IOException e) {
        return new ToolchainException(
                Kind.USAGE, "cannot read the program " + program.source() + ": " + e, e);
    }

    private static boolean isSource(Path file) {
        return file.toString().endsWith(".c");
    }

    /** The files that decide a program: itself, and for a source the headers beside it. */
    private static List<Path> files(Program program) throws IOException {
        List<Path> files = new ArrayList<>();
        if (isSource(program.source())) {
            Path directory = program.source().toAbsolutePath().getParent();
            try (var headers = Files.newDirectoryStream(directory, "*.h")) {
                headers.forEach(files::add);
            }
            files.sort(null);
        }
        files.add(0, program.source());
        return files;
    }

    @Override
    public void run(StepContext context)
            throws ToolchainException, IOException, InterruptedException {
        for (Program program : programs) {
            Path target = context.output().resolve(program.destination().substring(1)).normalize();
            if (!target.startsWith(context.output()) || target.equals(context.output())) {
                throw new ToolchainException(
                        Kind.USAGE, "not a place in the image: " + program.destination());
            }
            Files.createDirectories(target.getParent());
            if (isSource(program.source())) {
                compile(context, program, target);
            } else {
                byte[] bytes = Files.readAllBytes(program.source());
                checkProgram(program, bytes);
                Files.write(target, bytes);
            }
            Files.setPosixFilePermissions(target, EXECUTABLE);
        }
    }

    private void compile(StepContext context, Program program, Path target)
            throws ToolchainException, IOException, InterruptedException {
        Path directory = context.scratch();
        for (Path file : files(program)) {
            Trees.copy(file.toRealPath(), directory.resolve(file.getFileName()));
        }
        context.action("compiling " + program.source().getFileName());
        List<String> argv = new ArrayList<>();
        argv.add(host.llvm().clang().toString());
        argv.add("--config=" + context.dependency("sysroot").resolve(SysrootStep.CONFIGURATION));
        argv.addAll(FLAGS);
        argv.add("./" + program.source().getFileName());
        argv.add("-o");
        argv.add(target.toString());
        context.run(host.command(directory, context.scratch(), argv));
    }

    private static void checkProgram(Program program, byte[] bytes) throws ToolchainException {
        boolean script = bytes.length > 1 && bytes[0] == '#' && bytes[1] == '!';
        boolean wasm =
                bytes.length >= WASM.length
                        && Arrays.equals(bytes, 0, WASM.length, WASM, 0, WASM.length);
        if (script || wasm) {
            return;
        }
        String begin = new String(bytes, 0, Math.min(4, bytes.length), StandardCharsets.ISO_8859_1);
        throw new ToolchainException(
                Kind.USAGE,
                program.source()
                        + " is no program for this system"
                        + (begin.equals("\u007fELF") ? ": it is an ELF file" : "")
                        + "; give a C source (.c), a program that wasm-linux-cc has made, or a"
                        + " script that begins with #!");
    }
}
