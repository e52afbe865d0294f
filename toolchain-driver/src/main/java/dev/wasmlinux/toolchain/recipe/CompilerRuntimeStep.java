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
import java.util.List;

/** The compiler's run-time library as the distribution ships it: {@code lib/libgcc.a}-alike. */
public final class CompilerRuntimeStep implements Step {
    /** Where the library lies in the result. */
    public static final String LIBRARY = "lib/libclang_rt.builtins.a";

    private final BuildHost host;

    /**
     * Creates the step.
     *
     * @param host whose compiler it is
     */
    public CompilerRuntimeStep(BuildHost host) {
        this.host = host;
    }

    @Override
    public String name() {
        return "compiler-runtime";
    }

    @Override
    public List<String> dependencies() {
        return List.of();
    }

    @Override
    public void inputs(StepInputs inputs) throws ToolchainException {
        inputs.add("recipe", "1");
        inputs.add("library", host.llvm().builtinsDigest());
    }

    @Override
    public void run(StepContext context) throws ToolchainException, IOException {
        Trees.copy(host.llvm().builtins(), context.output().resolve(LIBRARY));
    }
}
