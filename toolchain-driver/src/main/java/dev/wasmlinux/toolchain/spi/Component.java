/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.spi;

import dev.wasmlinux.toolchain.ToolchainException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Something that can be built, by code outside this library: a function from named inputs and the
 * results of other components to a directory of files. Its result is stored under the digest of the
 * inputs, so it is built only when one of them changes. Implementations are immutable.
 */
public interface Component {
    /** Unique name: lower-case letters, digits and hyphens. */
    String name();

    /**
     * Names of the components whose results it reads, the library's own included: most often {@code
     * sdk}, the C compiler.
     */
    default List<String> dependencies() {
        return List.of();
    }

    /** Archives that {@link BuildContext#unpack} may be asked for; their digests are inputs. */
    default List<Archive> sources() {
        return List.of();
    }

    /**
     * Names everything else that decides the result: the version of this code, options, files.
     *
     * @param inputs where to add it
     * @throws ToolchainException if an input cannot be found out
     */
    void describe(Inputs inputs) throws ToolchainException;

    /**
     * The part of the result that goes into the image: a directory whose tree is laid over the root
     * file system, with its modes and links, before the user's own files.
     *
     * @return path relative to the result, or empty if nothing of it does
     */
    default Optional<String> imageDirectory() {
        return Optional.empty();
    }

    /**
     * Makes the result in {@link BuildContext#output()}.
     *
     * @param context what it may use
     * @throws ToolchainException if it fails
     * @throws IOException if files cannot be read or written
     * @throws InterruptedException if cancelled
     */
    void build(BuildContext context) throws ToolchainException, IOException, InterruptedException;
}
