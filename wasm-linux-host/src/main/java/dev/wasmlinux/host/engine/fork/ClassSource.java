/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import java.io.IOException;

/** Where the final class files of a module are read from. Thread safe. */
@FunctionalInterface
public interface ClassSource {
    /**
     * The bytes of a class; the caller does not change them.
     *
     * @param internalName name with slashes
     * @return null if there is no such class
     */
    byte[] read(String internalName) throws IOException;

    /** The class files that a loader finds as resources. */
    static ClassSource of(ClassLoader loader) {
        return name -> {
            try (var stream = loader.getResourceAsStream(name + ".class")) {
                return stream == null ? null : stream.readAllBytes();
            }
        };
    }
}
