/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.toolchain.Toolchain;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code wasm-linux cc}. */
@Command(
        name = "cc",
        description = {
            "Compiles a C program for Wasm Linux: the stock clang with our C library.",
            "",
            "All arguments are clang's, for example: wasm-linux cc -O2 hello.c -o hello",
            "The first run builds the C library, from sources as WASM_LINUX_SOURCES says. For"
                    + " more than a program or two: \"wasm-linux build sdk --output DIR\" makes"
                    + " DIR/sdk/bin/wasm-linux-cc, the same compiler without this command before"
                    + " it, and files for CMake, Meson and autoconf in DIR/sdk/share."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"N:of the compiler", "2 to 8:see wasm-linux --help"})
final class CcCommand implements Callable<Integer> {
    @Unmatched private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws ToolchainException, InterruptedException {
        if (arguments.isEmpty()) {
            throw new ToolchainException(
                    Kind.USAGE, "no arguments for the compiler; try: cc hello.c -o hello");
        }
        Toolchain toolchain = Toolchain.builder().build();
        try (ConsoleProgress progress = ToolchainOptions.progress(System.err)) {
            // Nobody may clean the compiler away while it runs.
            return toolchain.holding(progress, () -> compile(toolchain.compiler(progress)));
        }
    }

    private int compile(Path compiler) throws ToolchainException, InterruptedException {
        List<String> argv = new ArrayList<>();
        argv.add(compiler.toString());
        argv.addAll(arguments);
        try {
            return new ProcessBuilder(argv).inheritIO().start().waitFor();
        } catch (IOException e) {
            throw new ToolchainException(Kind.HOST, "cannot run " + compiler + ": " + e, e);
        }
    }
}
