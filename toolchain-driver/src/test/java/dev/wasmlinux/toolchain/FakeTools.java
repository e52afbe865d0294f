/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** A directory of tiny scripts that stand in for compilers and other tools. */
public final class FakeTools {
    private final Path directory;

    /**
     * Makes a directory with a whole LLVM of one version.
     *
     * @param directory to be created
     */
    public FakeTools(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        llvm(22, "fake clang version 22.1.8 (1)");
    }

    /** The directory. */
    public Path directory() {
        return directory;
    }

    /** Adds the tools of an LLVM version. */
    public void llvm(int major, String identity) throws IOException {
        Path resources = directory.resolve("lib/" + major);
        Path builtins = resources.resolve("lib/wasi/libclang_rt.builtins-wasm32.a");
        Files.createDirectories(builtins.getParent());
        Files.writeString(builtins, "builtins " + major);
        script(
                "clang-" + major,
                "case $1 in --version) echo '"
                        + identity
                        + "';; --print-resource-dir) echo '"
                        + resources
                        + "';; *) exit 1;; esac");
        for (String name :
                List.of(
                        "ld.lld",
                        "wasm-ld",
                        "llvm-ar",
                        "llvm-ranlib",
                        "llvm-nm",
                        "llvm-strip",
                        "llvm-objcopy")) {
            script(name + "-" + major, "exit 0");
        }
    }

    /** Adds or replaces a shell script. */
    public void script(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Takes a tool away. */
    public void remove(String name) throws IOException {
        Files.delete(directory.resolve(name));
    }
}
