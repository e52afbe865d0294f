/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.wasmlinux.toolchain.io.CacheLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Components that an earlier build on this machine has stored. Tests that need a C library do not
 * compile it themselves, nor a kernel; where there is none they are skipped, and say what to do.
 */
final class BuiltSystem {
    private BuiltSystem() {}

    /**
     * A cache of a test's own, in which the stored components are there already.
     *
     * @param cache directory to be filled
     * @param components what takes long to build and the test needs
     * @return a toolchain builder for that cache
     */
    static Toolchain.Builder open(Path cache, String... components) throws Exception {
        Path user = CacheLayout.userCache(System.getenv());
        Toolchain built = Toolchain.builder().cache(user).offline(true).build();
        for (String component : components) {
            String state;
            try {
                state = built.why(component);
            } catch (ToolchainException e) {
                state = e.getMessage();
            }
            if (!state.startsWith("up to date")) {
                abort(
                        "needs component "
                                + component
                                + " (./wasm-linux build "
                                + String.join(" ", components)
                                + "): "
                                + state);
            }
        }
        link(CacheLayout.of(user).steps(), CacheLayout.of(cache).steps());
        return Toolchain.builder().cache(cache).offline(true);
    }

    /** Links stay links when a cache deletes something, so the user's results are safe. */
    private static void link(Path from, Path to) throws IOException {
        for (Path step : list(from)) {
            Path own = Files.createDirectories(to.resolve(step.getFileName()));
            for (Path result : list(step)) {
                if (Files.isDirectory(result)) {
                    Files.createSymbolicLink(own.resolve(result.getFileName()), result);
                }
            }
        }
    }

    private static List<Path> list(Path directory) throws IOException {
        try (var entries = Files.list(directory)) {
            return entries.filter(entry -> !entry.getFileName().toString().startsWith("."))
                    .toList();
        }
    }
}
