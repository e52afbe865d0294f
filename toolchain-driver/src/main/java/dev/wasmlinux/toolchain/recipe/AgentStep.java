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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The guest's first program: {@code init}, compiled from this module's own C files. */
public final class AgentStep implements Step {
    private static final GuestFiles FILES = new GuestFiles("agent", "[^/]*\\.[ch]");
    private static final List<String> FLAGS =
            List.of("-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-Wl,--strip-all");

    private final BuildHost host;

    /**
     * Creates the step.
     *
     * @param host where it runs
     */
    public AgentStep(BuildHost host) {
        this.host = host;
    }

    @Override
    public String name() {
        return "agent";
    }

    @Override
    public List<String> dependencies() {
        return List.of("sysroot");
    }

    @Override
    public void inputs(StepInputs inputs) throws ToolchainException {
        inputs.add("recipe", "1");
        inputs.add("files", FILES.digest());
        inputs.add("flags", String.join(" ", FLAGS));
        host.llvm().addTo(inputs);
    }

    @Override
    public void run(StepContext context)
            throws ToolchainException, IOException, InterruptedException {
        Path directory = context.scratch();
        FILES.copyTo(directory);
        List<String> argv = new ArrayList<>();
        argv.add(host.llvm().clang().toString());
        argv.add("--config=" + context.dependency("sysroot").resolve(SysrootStep.CONFIGURATION));
        argv.addAll(FLAGS);
        for (Path file : Trees.files(directory)) {
            if (file.toString().endsWith(".c")) {
                argv.add(file.toString()); // relative, so that no path gets into the program
            }
        }
        argv.add("-o");
        argv.add(context.output().resolve("init").toString());
        context.run(host.command(directory, context.scratch(), argv));
    }
}
