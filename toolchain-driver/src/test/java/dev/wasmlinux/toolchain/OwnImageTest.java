/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.host.Command;
import dev.wasmlinux.host.Machine;
import dev.wasmlinux.toolchain.io.Digests;
import dev.wasmlinux.toolchain.io.Json;
import dev.wasmlinux.toolchain.io.Trees;
import dev.wasmlinux.toolchain.spi.BuildContext;
import dev.wasmlinux.toolchain.spi.Component;
import dev.wasmlinux.toolchain.spi.Inputs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** An image with things of one's own, made and booted. */
@Timeout(300)
class OwnImageTest {
    @TempDir Path directory;

    /** Compiles a program with the library's compiler. */
    private static final class Answer implements Component {
        private static final String SOURCE = "int main(void) { return 42; }\n";

        @Override
        public String name() {
            return "answer";
        }

        @Override
        public List<String> dependencies() {
            return List.of("sdk");
        }

        @Override
        public void describe(Inputs inputs) {
            inputs.add("source", SOURCE);
        }

        @Override
        public Optional<String> imageDirectory() {
            return Optional.of("root");
        }

        @Override
        public void build(BuildContext context)
                throws ToolchainException, IOException, InterruptedException {
            Path source = context.scratch();
            Files.writeString(source.resolve("answer.c"), SOURCE);
            Path program = context.output().resolve("root/usr/bin/answer");
            Files.createDirectories(program.getParent());
            context.run(
                    source,
                    List.of(context.compiler().toString(), "answer.c", "-o", program.toString()));
        }
    }

    @AfterEach
    void deleteLinks() throws IOException {
        Trees.delete(directory.resolve("cache"));
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private static String run(Machine machine, String script) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int status =
                machine.run(Command.of("sh", "-c", script), InputStream.nullInputStream(), out, out)
                        .shellStatus();
        return out.toString(StandardCharsets.UTF_8) + status;
    }

    @Test
    void bootsWithOwnProgramsComponentsAndFiles() throws Exception {
        file("greeting.h", "#define GREETING \"hello\"\n");
        ImageConfiguration own =
                ImageConfiguration.builder()
                        .program(
                                file(
                                        "hello.c",
                                        "#include <stdio.h>\n#include \"greeting.h\"\n"
                                                + "int main(int argc, char **argv) {\n"
                                                + "  printf(\"%s %s\\n\", GREETING, argv[1]);\n"
                                                + "  return argc;\n}\n"))
                        .program(file("script", "#!/bin/sh\nhello \"$@\"\n"), "/opt/script")
                        .file(file("motd", "welcome\n"), "/etc/motd")
                        .build();
        Toolchain toolchain =
                BuiltSystem.open(directory.resolve("cache"), "kernel", "busybox")
                        .configuration(own)
                        .component(new Answer())
                        .build();
        BuildReport report = toolchain.run("sbom", BuildListener.NONE);
        assertThat(report.step("kernel").ran()).isFalse();
        assertThat(report.step("initramfs").ran()).isTrue();
        JsonNode bill = Json.read(report.step("sbom").directory().resolve("image.cdx.json"));
        assertThat(bill.get("components").findValuesAsString("bom-ref"))
                .contains("linux", "musl", "busybox", "agent", "answer")
                .contains("file:usr/bin/hello", "file:opt/script", "file:usr/bin/answer");
        Path image = report.step("image").directory();
        JsonNode provenance =
                Json.read(report.step("sbom").directory().resolve("image.intoto.json"));
        assertThat(provenance.get("subject").findValuesAsString("name"))
                .contains("vmlinux.wasm.gz", "initramfs.cpio.gz", "manifest.json");
        assertThat(provenance.get("subject").findValuesAsString("sha256"))
                .contains(Digests.of(image.resolve("initramfs.cpio.gz")));
        try (Machine machine =
                Machine.builder()
                        .image(ImageDirectory.load(image))
                        .commandLine("console=hvc0 quiet")
                        .build()) {
            machine.start();
            assertThat(run(machine, "hello world")).isEqualTo("hello world\n2");
            assertThat(run(machine, "/opt/script world")).isEqualTo("hello world\n2");
            assertThat(run(machine, "answer")).isEqualTo("42");
            assertThat(run(machine, "cat /etc/motd")).isEqualTo("welcome\n0");
        }
    }
}
