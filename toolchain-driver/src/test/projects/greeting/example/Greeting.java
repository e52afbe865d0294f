/*
 * SPDX-License-Identifier: Apache-2.0
 */
package example;

import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.spi.BuildContext;
import dev.wasmlinux.toolchain.spi.Component;
import dev.wasmlinux.toolchain.spi.Inputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A component outside the library: a script that greets, for the image. */
public final class Greeting implements Component {
    private static final String TEXT = "#!/bin/sh\necho \"Good day, $1.\"\n";

    @Override
    public String name() {
        return "greeting";
    }

    @Override
    public void describe(Inputs inputs) throws ToolchainException {
        inputs.add("text", TEXT);
    }

    @Override
    public Optional<String> imageDirectory() {
        return Optional.of("root");
    }

    @Override
    public void build(BuildContext context)
            throws ToolchainException, IOException, InterruptedException {
        Path script = context.output().resolve("root/usr/bin/greet");
        Files.createDirectories(script.getParent());
        Files.writeString(script, TEXT);
        script.toFile().setExecutable(true);
    }
}
