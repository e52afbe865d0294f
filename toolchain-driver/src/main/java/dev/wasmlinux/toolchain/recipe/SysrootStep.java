/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.io.Trees;
import dev.wasmlinux.toolchain.step.Step;
import dev.wasmlinux.toolchain.step.StepContext;
import dev.wasmlinux.toolchain.step.StepInputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What clang needs to compile a program for the guest: the C library, the kernel's headers, the
 * compiler's run-time library, and the configuration file that names the options of the program
 * ABI. {@code clang-22 --config=DIR/wasm32-linux-musl.cfg hello.c -o hello} is all it takes.
 */
public final class SysrootStep implements Step {
    /** The compiler's configuration file in the result. */
    public static final String CONFIGURATION = "wasm32-linux-musl.cfg";

    private static final GuestFiles FILES = new GuestFiles("sysroot", ".*\\.cfg");

    private final BuildHost host;

    /**
     * Creates the step.
     *
     * @param host whose compiler it is for
     */
    public SysrootStep(BuildHost host) {
        this.host = host;
    }

    @Override
    public String name() {
        return "sysroot";
    }

    @Override
    public List<String> dependencies() {
        return List.of("kernel-headers", "compiler-runtime", "musl");
    }

    @Override
    public void inputs(StepInputs inputs) throws ToolchainException {
        inputs.add("recipe", "1");
        inputs.add("files", FILES.digest());
        inputs.add("linker", host.llvm().wasmLd().toString());
    }

    @Override
    public void run(StepContext context) throws ToolchainException, IOException {
        Path out = context.output();
        Trees.copy(context.dependency("kernel-headers"), out);
        Trees.copy(context.dependency("musl"), out);
        Trees.copy(
                context.dependency("compiler-runtime").resolve(CompilerRuntimeStep.LIBRARY),
                out.resolve("lib/libclang_rt.builtins-wasm32.a"));
        FILES.copyTo(out);
        Path configuration = out.resolve(CONFIGURATION);
        String text = Files.readString(configuration);
        Files.writeString(
                configuration,
                text.replaceAll(
                        "-fuse-ld=\\S+",
                        "-fuse-ld="
                                + java.util.regex.Matcher.quoteReplacement(
                                        host.llvm().wasmLd().toString())));
    }
}
