/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wasmlinux.host.Command;
import dev.wasmlinux.host.Machine;
import dev.wasmlinux.host.MachineImage;
import dev.wasmlinux.toolchain.host.ToolPath;
import dev.wasmlinux.toolchain.io.Trees;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs compiled for the guest by the stock compiler and real build systems, and run there. */
@Timeout(300)
class SdkTest {
    private static final Path PROJECT =
            Path.of(System.getProperty("basedir", ""), "src/test/projects/words").toAbsolutePath();

    @TempDir static Path cache;
    private static Path sdk;
    private static Machine machine;

    @TempDir Path directory;

    @BeforeAll
    static void boot() throws Exception {
        Toolchain toolchain = BuiltSystem.open(cache, "sysroot").build();
        Path stored = toolchain.run("sdk", BuildListener.NONE).step("sdk").directory();
        // Elsewhere and under a name with a blank, as "build sdk --output" may leave it.
        sdk = cache.resolve("my sdk");
        Trees.copy(stored, sdk);
        // What autoconf makes cannot take the blank.
        Files.createSymbolicLink(cache.resolve("sdk"), sdk);
        machine =
                Machine.builder()
                        .image(MachineImage.bundled())
                        .commandLine("console=hvc0 quiet")
                        .build();
        machine.start();
    }

    @AfterAll
    static void end() throws Exception {
        if (machine != null) {
            machine.close();
        }
        Trees.delete(cache.resolve("steps"));
        Trees.delete(cache.resolve("my sdk"));
    }

    private static boolean installed(String tool) {
        return ToolPath.of(System.getenv()).find(tool).isPresent();
    }

    private void run(Path where, String... argv) throws Exception {
        Path log = directory.resolve("log");
        ProcessBuilder builder = new ProcessBuilder(argv).directory(where.toFile());
        builder.environment().put("PATH", sdk.resolve("bin") + ":" + System.getenv("PATH"));
        builder.environment().put("CONFIG_SITE", cache.resolve("sdk/share/config.site").toString());
        builder.redirectErrorStream(true).redirectOutput(log.toFile());
        int status = builder.start().waitFor();
        assertThat(status).as(() -> String.join(" ", argv) + "\n" + text(log)).isZero();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }

    /** Runs a program in the guest: what it prints, and its exit status. */
    private static String guest(Path program, String input) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int copied =
                machine.run(
                                Command.of("sh", "-c", "cat > /tmp/program; chmod +x /tmp/program"),
                                new ByteArrayInputStream(Files.readAllBytes(program)),
                                out,
                                out)
                        .shellStatus();
        assertThat(copied).isZero();
        int status =
                machine.run(
                                Command.of("/tmp/program"),
                                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                                out,
                                out)
                        .shellStatus();
        return out.toString(StandardCharsets.UTF_8) + status;
    }

    @Test
    void theCompilerNeedsNoOptions() throws Exception {
        Files.writeString(
                directory.resolve("hello.c"),
                "#include <stdio.h>\n#include <sys/utsname.h>\n"
                        + "int main(void) {\n  struct utsname name;\n  uname(&name);\n"
                        + "  return printf(\"hello from %s\\n\", name.sysname);\n}\n");
        run(directory, sdk.resolve("bin/wasm-linux-cc").toString(), "hello.c", "-o", "hello");
        assertThat(guest(directory.resolve("hello"), "")).isEqualTo("hello from Linux\n17");
    }

    @Test
    void cmake() throws Exception {
        assumeTrue(installed("cmake") && installed("make"), "cmake or make is not installed");
        Path build = directory.resolve("build");
        String toolchain = "-DCMAKE_TOOLCHAIN_FILE=" + sdk.resolve("share/wasm-linux.cmake");
        run(directory, "cmake", "-S", PROJECT.toString(), "-B", build.toString(), toolchain);
        run(directory, "cmake", "--build", build.toString());
        assertThat(guest(build.resolve("words"), "one two three"))
                .isEqualTo("cmake: 3 words, root of mean length 1.915\n3");
    }

    @Test
    void meson() throws Exception {
        assumeTrue(installed("meson") && installed("ninja"), "meson or ninja is not installed");
        Path build = directory.resolve("build");
        Path cross = sdk.resolve("share/wasm-linux.ini");
        run(PROJECT, "meson", "setup", "--cross-file", cross.toString(), build.toString());
        run(PROJECT, "meson", "compile", "-C", build.toString());
        assertThat(guest(build.resolve("words"), "one two three"))
                .isEqualTo("meson: 3 words, root of mean length 1.915\n3");
    }

    @Test
    void autoconf() throws Exception {
        for (String tool : List.of("autoreconf", "automake", "make")) {
            assumeTrue(installed(tool), tool + " is not installed");
        }
        Path tree = directory.resolve("tree");
        Trees.copy(PROJECT, tree);
        run(tree, "autoreconf", "--install");
        run(tree, "./configure", "--host=wasm32-unknown-linux-musl");
        run(tree, "make");
        assertThat(guest(tree.resolve("words"), "one two three"))
                .isEqualTo("autoconf: 3 words, root of mean length 1.915\n3");
    }

    @Test
    void pkgConfigSaysWhereThingsAre() throws Exception {
        assumeTrue(installed("pkg-config"), "pkg-config is not installed");
        Path answer = directory.resolve("answer");
        ProcessBuilder builder =
                new ProcessBuilder("pkg-config", "--variable=config_site", "wasm-linux");
        builder.environment().put("PKG_CONFIG_PATH", sdk.resolve("share/pkgconfig").toString());
        assertThat(builder.redirectOutput(answer.toFile()).start().waitFor()).isZero();
        // pkg-config writes blanks as a shell would read them.
        Path named = Path.of(text(answer).strip().replace("\\ ", " "));
        assertThat(named.toRealPath()).isEqualTo(sdk.resolve("share/config.site").toRealPath());
    }
}
