/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.host;

import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The directories in which build tools are looked for: the user's PATH, then the usual ones and
 * those into which distributions put LLVM.
 *
 * @param directories existing absolute directories, in order
 */
public record ToolPath(List<Path> directories) {
    private static final List<String> USUAL =
            List.of("/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin");

    /** Copies the list. */
    public ToolPath {
        directories = List.copyOf(directories);
    }

    /**
     * The path of this host.
     *
     * @param environment environment variables
     */
    public static ToolPath of(Map<String, String> environment) {
        Set<Path> directories = new LinkedHashSet<>();
        List<String> names = new ArrayList<>();
        names.addAll(List.of(environment.getOrDefault("PATH", "").split(":")));
        names.addAll(USUAL);
        for (String name : names) {
            try {
                Path directory = Path.of(name);
                if (directory.isAbsolute() && Files.isDirectory(directory)) {
                    directories.add(directory.normalize());
                }
            } catch (InvalidPathException e) {
                continue; // nothing can be found there
            }
        }
        for (String root : List.of("/usr/lib", "/usr/lib64", "/opt")) {
            try (DirectoryStream<Path> llvm = Files.newDirectoryStream(Path.of(root), "llvm*")) {
                llvm.forEach(
                        directory -> {
                            if (Files.isDirectory(directory.resolve("bin"))) {
                                directories.add(directory.resolve("bin"));
                            }
                        });
            } catch (java.io.IOException e) {
                continue; // no such directory on this system
            }
        }
        return new ToolPath(List.copyOf(directories));
    }

    /**
     * Finds a program.
     *
     * @param name file name
     * @return the first executable of this name
     */
    public Optional<Path> find(String name) {
        return directories.stream()
                .map(directory -> directory.resolve(name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    /** The value of PATH for build tools. */
    public String variable() {
        return directories.stream().map(Path::toString).collect(Collectors.joining(":"));
    }
}
