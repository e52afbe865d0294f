/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.toolchain.ImageDirectory;
import dev.wasmlinux.toolchain.Toolchain;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code wasm-linux verify-image}. */
@Command(
        name = "verify-image",
        mixinStandardHelpOptions = true,
        description = {
            "Builds the image from source and compares every byte with the one that is there, by"
                    + " default the bundled one of this source tree."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the recipe gives these bytes",
            "1:it gives other bytes, with the same compiler package",
            "10:it gives other bytes, with another compiler package: a refresh is due",
            "77:skipped, as the sources are not at hand",
            "2 to 8:see wasm-linux --help"
        })
final class VerifyImageCommand implements Callable<Integer> {
    private static final int DIFFERENT = 1;
    private static final int REFRESH_DUE = 10;
    private static final int SKIPPED = 77;

    @Spec private CommandSpec spec;
    @Mixin private ToolchainOptions options;

    @Parameters(
            paramLabel = "DIR",
            arity = "0..1",
            defaultValue = "wasm-linux-host/src/image",
            description = "The image to verify (default: ${DEFAULT-VALUE}).")
    private Path image;

    @Override
    public Integer call() throws ToolchainException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        if (!Files.exists(image.resolve("manifest.json"))) {
            throw new ToolchainException(
                    Kind.USAGE, image + " is no image: it has no manifest.json");
        }
        ImageDirectory.Comparison comparison;
        try (ConsoleProgress progress = ToolchainOptions.progress(System.err)) {
            Toolchain toolchain = options.toolchain();
            comparison =
                    toolchain.holding(
                            progress,
                            () -> {
                                Path made =
                                        toolchain.run("image", progress).step("image").directory();
                                return ImageDirectory.compare(image, made);
                            });
        } catch (ToolchainException e) {
            if (e.kind() != Kind.SOURCE) {
                throw e;
            }
            out.println("SKIPPED, nothing was verified: " + e.getMessage());
            return SKIPPED;
        }
        if (comparison.same()) {
            out.println("verified: the recipe gives the bytes of " + image);
            return 0;
        }
        out.println(
                comparison.sameCompiler()
                        ? "DIFFERENT: the recipe gives other bytes than those of " + image
                        : "REFRESH DUE: another compiler package than that of " + image);
        comparison.differences().forEach(line -> out.println("  " + line));
        return comparison.sameCompiler() ? DIFFERENT : REFRESH_DUE;
    }
}
