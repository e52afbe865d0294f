/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.host.Llvm;
import dev.wasmlinux.toolchain.io.Trees;
import dev.wasmlinux.toolchain.step.Step;
import dev.wasmlinux.toolchain.step.StepContext;
import dev.wasmlinux.toolchain.step.StepInputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything to compile programs for the guest from any build system, in a directory that may be
 * copied anywhere on this machine: {@code bin/wasm-linux-cc}, the sysroot, and files for CMake,
 * Meson, autoconf and pkg-config in {@code share}.
 *
 * <p>The compiler is a copy of the distribution's small clang driver, because clang looks for
 * {@code NAME.cfg} beside the file that really runs, so behind symbolic links. Nothing wraps it.
 */
public final class SdkStep implements Step {
    /** The compiler in the result. */
    public static final String COMPILER = "bin/wasm-linux-cc";

    private static final GuestFiles FILES = new GuestFiles("sdk", ".*");

    private final BuildHost host;

    /**
     * Creates the step.
     *
     * @param host whose compiler it is for
     */
    public SdkStep(BuildHost host) {
        this.host = host;
    }

    @Override
    public String name() {
        return "sdk";
    }

    @Override
    public List<String> dependencies() {
        return List.of("sysroot");
    }

    @Override
    public void inputs(StepInputs inputs) throws ToolchainException {
        inputs.add("recipe", "1");
        inputs.add("files", FILES.digest());
        inputs.add("linker", host.llvm().wasmLd().toString());
        inputs.add("resources", host.llvm().resources().toString());
        host.llvm().addTo(inputs);
        tools(host.llvm()).forEach((name, file) -> inputs.add("tool " + name, file.toString()));
    }

    /** Other tools by their names in the result; LLVM's find out by the name what they are. */
    private static Map<String, Path> tools(Llvm llvm) {
        Map<String, Path> tools = new LinkedHashMap<>();
        tools.put("wasm-linux-ar", llvm.ar());
        tools.put("wasm-linux-ranlib", llvm.ranlib());
        tools.put("wasm-linux-nm", llvm.nm());
        tools.put("wasm-linux-strip", llvm.strip());
        tools.put("wasm-linux-objcopy", llvm.objcopy());
        return tools;
    }

    @Override
    public void run(StepContext context)
            throws ToolchainException, IOException, InterruptedException {
        Path out = context.output();
        FILES.copyTo(out);
        Trees.copy(context.dependency("sysroot"), out.resolve("sysroot"));
        // Where libraries of the user's own may put their descriptions.
        Files.createDirectories(out.resolve("sysroot/lib/pkgconfig"));
        Path compiler = out.resolve(COMPILER);
        Trees.copy(host.llvm().clang().toRealPath(), compiler);
        Files.writeString(
                out.resolve(COMPILER + ".cfg"),
                "-resource-dir=" + host.llvm().resources() + "\n",
                StandardOpenOption.APPEND);
        Path linker = out.resolve("bin/wasm-ld");
        String script = Files.readString(linker);
        Files.writeString(linker, script.replace("@linker@", "'" + host.llvm().wasmLd() + "'"));
        Files.setPosixFilePermissions(linker, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (Map.Entry<String, Path> tool : tools(host.llvm()).entrySet()) {
            Files.createSymbolicLink(out.resolve("bin").resolve(tool.getKey()), tool.getValue());
        }
        check(context, compiler);
    }

    /** Compiles and links a program, as the copy lies elsewhere than its libraries expect. */
    private void check(StepContext context, Path compiler)
            throws ToolchainException, IOException, InterruptedException {
        Path directory = context.scratch();
        Files.writeString(
                directory.resolve("check.c"),
                "#include <stdio.h>\nint main(void) { puts(\"ok\"); return 0; }\n");
        try {
            context.run(
                    host.command(
                            directory,
                            directory,
                            List.of(compiler.toString(), "check.c", "-o", "check")));
        } catch (ToolchainException e) {
            throw new ToolchainException(
                    Kind.HOST,
                    "a copy of " + host.llvm().clang() + " does not work: " + e.getMessage(),
                    e);
        }
    }
}
