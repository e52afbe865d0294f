/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.step;

import dev.wasmlinux.toolchain.ToolchainException;
import java.io.IOException;
import java.util.List;

/**
 * One step of a build: a function from named inputs and the results of other steps to a directory
 * of files. Implementations are immutable.
 */
public interface Step {
    /** Unique name: lower-case letters, digits and hyphens. */
    String name();

    /** Names of the steps whose results it reads. */
    List<String> dependencies();

    /**
     * Names everything but the dependencies' results that decides the result: versions of the
     * step's own code, command lines, environment, tools, sources.
     *
     * @param inputs where to add it
     * @throws ToolchainException if an input cannot be found out, for example a missing tool
     */
    void inputs(StepInputs inputs) throws ToolchainException;

    /** Number of objects that a run from nothing compiles, for the share done; 0 if unknown. */
    default int usualObjects() {
        return 0;
    }

    /**
     * Makes the result in {@link StepContext#output()}.
     *
     * @param context what the step may use
     * @throws ToolchainException if it fails
     * @throws IOException if files cannot be read or written
     * @throws InterruptedException if cancelled
     */
    void run(StepContext context) throws ToolchainException, IOException, InterruptedException;
}
