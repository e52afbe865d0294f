/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the upstream archives lie, if there are any on this machine. */
final class Sources {
    private Sources() {}

    /** The directory that {@code WASM_LINUX_SOURCES} names, or shared/sources nearby; or null. */
    static Path directory() {
        String variable = System.getenv("WASM_LINUX_SOURCES");
        if (variable != null) {
            return Path.of(variable);
        }
        for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
            Path sources = up.resolve("shared/sources");
            if (Files.isDirectory(sources)) {
                return sources;
            }
        }
        return null;
    }
}
