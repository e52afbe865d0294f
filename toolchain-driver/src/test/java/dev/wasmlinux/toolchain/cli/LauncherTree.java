/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The launcher as a user has it, with the classes and the image of this build. It lies in a tree of
 * links, whose Maven does nothing: everything is compiled, and a second one beside this would
 * disturb.
 */
final class LauncherTree {
    /** Whether what the launcher has packed is of this build. */
    private static boolean made;

    private LauncherTree() {}

    /** Makes the tree if it is not there; answers the launcher. */
    static synchronized Path make() throws IOException {
        Path module = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        Path root = module.getParent();
        Path tree = Files.createDirectories(module.resolve("target/launcher-tree"));
        for (String name : List.of("pom.xml", "toolchain-driver", "wasm-linux-host")) {
            Path link = tree.resolve(name);
            if (!Files.isSymbolicLink(link)) {
                Files.createSymbolicLink(link, root.resolve(name));
            }
        }
        Files.writeString(tree.resolve("mvnw"), "echo 'compiled already'\n");
        Path launcher = tree.resolve("wasm-linux");
        Files.copy(
                root.resolve("wasm-linux"),
                launcher,
                StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.COPY_ATTRIBUTES);
        if (!made) {
            Files.deleteIfExists(tree.resolve("target/launcher/built"));
            made = true;
        }
        return launcher;
    }
}
