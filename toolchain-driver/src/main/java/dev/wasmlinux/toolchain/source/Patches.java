/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.source;

import dev.wasmlinux.toolchain.ToolchainException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** What is done to an unpacked source tree before it is built. */
public interface Patches {
    /** Leaves the tree as it is. */
    Patches NONE =
            new Patches() {
                @Override
                public String digest() {
                    return "none";
                }

                @Override
                public Set<String> touches(Path tree) {
                    return Set.of();
                }

                @Override
                public Optional<String> applyTo(Path tree) {
                    return Optional.empty();
                }
            };

    /**
     * Identity of everything that {@link #applyTo} does.
     *
     * @throws ToolchainException {@link ToolchainException.Kind#PATCH} if it cannot be read
     */
    String digest() throws ToolchainException;

    /**
     * Names what {@link #applyTo} would create, change, rename or delete; changes nothing.
     *
     * @param tree unpacked source
     * @return paths of files relative to the tree, with slashes
     * @throws ToolchainException {@link ToolchainException.Kind#PATCH} if it does not fit
     * @throws IOException if reading fails
     */
    Set<String> touches(Path tree) throws ToolchainException, IOException;

    /**
     * Changes a tree.
     *
     * @param tree unpacked source
     * @return what the user should know about the patches, if anything
     * @throws ToolchainException {@link ToolchainException.Kind#PATCH} if it does not fit
     * @throws IOException if reading or writing fails
     */
    Optional<String> applyTo(Path tree) throws ToolchainException, IOException;
}
