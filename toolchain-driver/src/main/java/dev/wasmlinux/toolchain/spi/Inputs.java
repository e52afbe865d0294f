/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.spi;

import dev.wasmlinux.toolchain.ToolchainException;
import java.nio.file.Path;

/** Everything that decides a component's result, by name. */
public interface Inputs {
    /**
     * Adds an input.
     *
     * @param name unique name without a line break
     * @param value its identity: a version, an option, a digest
     * @return this
     */
    Inputs add(String name, String value);

    /**
     * Adds a file, or every file below a directory, by the digest of paths and contents.
     *
     * @param name unique name without a line break
     * @param file file or directory
     * @return this
     * @throws ToolchainException if it cannot be read
     */
    Inputs addFile(String name, Path file) throws ToolchainException;
}
