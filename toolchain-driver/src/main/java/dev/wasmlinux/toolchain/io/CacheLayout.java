/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.io;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/**
 * Where things lie in the cache.
 *
 * @param root the cache directory
 * @param work directory of the workspaces, in which compilers run
 */
public record CacheLayout(Path root, Path work) {
    /** Characters that make, Kconfig and shell scripts of the sources pass through unharmed. */
    private static final String SAFE = "[\\p{L}\\p{N}\\p{M}_@%+=,./-]+";

    /**
     * The layout below a cache directory. The kernel's makefiles refuse source trees whose path has
     * a blank or a colon; workspaces of such a cache lie in a private directory under {@code
     * /var/tmp} whose name is derived from the cache's path.
     *
     * @param root cache directory
     * @return its layout; nothing is created
     */
    public static CacheLayout of(Path root) {
        return of(root, Path.of("/var/tmp"));
    }

    static CacheLayout of(Path root, Path temporary) {
        Path absolute = root.toAbsolutePath().normalize();
        if (absolute.toString().matches(SAFE)) {
            return new CacheLayout(absolute, absolute.resolve("work"));
        }
        String name =
                "wasm-linux-"
                        + System.getProperty("user.name").replaceAll("[^A-Za-z0-9]", "_")
                        + "-"
                        + Digests.of(absolute.toString()).substring(0, 12);
        return new CacheLayout(absolute, temporary.resolve(name));
    }

    /**
     * The user's cache directory of this program by the XDG base directory specification.
     *
     * @param environment environment variables
     * @return {@code $WASM_LINUX_CACHE}, else {@code $XDG_CACHE_HOME/wasm-linux}, else {@code
     *     ~/.cache/wasm-linux}
     */
    public static Path userCache(Map<String, String> environment) {
        String own = environment.getOrDefault("WASM_LINUX_CACHE", "");
        if (!own.isEmpty()) {
            return Path.of(own);
        }
        String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
        // The specification tells to ignore relative paths.
        if (xdg.startsWith("/")) {
            return Path.of(xdg, "wasm-linux");
        }
        return Path.of(System.getProperty("user.home"), ".cache", "wasm-linux");
    }

    /** Source archives by digest. */
    public Path sources() {
        return root.resolve("sources");
    }

    /** Results of steps. */
    public Path steps() {
        return root.resolve("steps");
    }

    /** Kernels and programs as code of the virtual machine. */
    public Path code() {
        return root.resolve("code");
    }

    /** Logs of step runs. */
    public Path logs() {
        return root.resolve("logs");
    }

    /**
     * A lock file.
     *
     * @param name what is locked
     */
    public Path lock(String name) {
        return root.resolve("locks").resolve(name + ".lock");
    }

    /**
     * Creates the work directory, for this user alone.
     *
     * @throws IOException if it cannot be created, or if somebody else has put it there
     */
    public void createWork() throws IOException {
        if (work.startsWith(root)) {
            Files.createDirectories(work);
            return;
        }
        try {
            Files.createDirectory(
                    work,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            boolean mine =
                    Files.isDirectory(work, LinkOption.NOFOLLOW_LINKS)
                            && Files.getOwner(work, LinkOption.NOFOLLOW_LINKS)
                                    .getName()
                                    .equals(System.getProperty("user.name"));
            if (!mine) {
                throw new IOException(work + " exists and is not a directory of this user", e);
            }
        }
    }
}
