/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The launcher as a user has it, with the classes and the image of this build. It lies in a tree of
 * links, so that it finds everything compiled and never starts a second Maven beside this one.
 */
final class LauncherTree {
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
        Files.writeString(tree.resolve("mvnw"), "echo 'no compilation here'; exit 1\n");
        Path launcher = tree.resolve("wasm-linux");
        Files.copy(
                root.resolve("wasm-linux"),
                launcher,
                StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.COPY_ATTRIBUTES);
        Path stamp = Files.createDirectories(tree.resolve("target/launcher")).resolve("built");
        Files.writeString(stamp, "newer than everything, even what is edited meanwhile\n");
        Files.setLastModifiedTime(stamp, FileTime.from(Instant.now().plus(Duration.ofDays(1))));
        return launcher;
    }
}
