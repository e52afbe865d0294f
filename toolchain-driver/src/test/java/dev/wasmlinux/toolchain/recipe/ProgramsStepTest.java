/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.toolchain.BuildListener;
import dev.wasmlinux.toolchain.BuildReport.StepReport;
import dev.wasmlinux.toolchain.FakeTools;
import dev.wasmlinux.toolchain.ImageConfiguration;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.host.ToolPath;
import dev.wasmlinux.toolchain.io.CacheLayout;
import dev.wasmlinux.toolchain.step.Step;
import dev.wasmlinux.toolchain.step.StepContext;
import dev.wasmlinux.toolchain.step.StepEngine;
import dev.wasmlinux.toolchain.step.StepInputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Own programs, with a "clang" that only shows what it sees. */
@Timeout(60)
class ProgramsStepTest {
    @TempDir Path directory;

    private final ImageConfiguration.Builder configuration = ImageConfiguration.builder();
    private FakeTools tools;

    @BeforeEach
    void tools() throws IOException {
        tools = new FakeTools(directory.resolve("tools"));
        String old = Files.readString(directory.resolve("tools/clang-22"));
        String answers = old.substring(old.indexOf("case"), old.indexOf("*) exit 1"));
        tools.script(
                "clang-22",
                answers
                        + "*) for last; do :; done\n"
                        + "grep -q bad *.c && { echo 'x.c:1:1: error: bad'; exit 1; }\n"
                        + "{ ls; cat *.c; echo \"$*\"; } > \"$last\" ;; esac");
    }

    private StepReport build() throws Exception {
        BuildHost host =
                new BuildHost(
                        new ToolPath(
                                List.of(tools.directory(), Path.of("/usr/bin"), Path.of("/bin"))),
                        1);
        Step sysroot =
                new Step() {
                    @Override
                    public String name() {
                        return "sysroot";
                    }

                    @Override
                    public List<String> dependencies() {
                        return List.of();
                    }

                    @Override
                    public void inputs(StepInputs inputs) {}

                    @Override
                    public void run(StepContext context) {}
                };
        return new StepEngine(
                        CacheLayout.of(directory.resolve("cache")),
                        List.of(sysroot, new ProgramsStep(host, configuration.build().programs())),
                        BuildListener.NONE)
                .run(List.of("programs"), Set.of())
                .get(1);
    }

    private Path file(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    @Test
    void compilesASourceWithItsHeadersAndNothingElse() throws Exception {
        file("src/hello.h", "");
        file("src/other.c", "other");
        file("src/notes.txt", "");
        configuration.program(file("src/hello.c", "source\n"));
        StepReport report = build();
        List<String> seen = Files.readAllLines(report.directory().resolve("usr/bin/hello"));
        assertThat(seen).startsWith("hello.c", "hello.h", "source").hasSize(4);
        assertThat(seen.get(3))
                .contains("--config=", "/wasm32-linux-musl.cfg", " ./hello.c -o ")
                .doesNotContain(directory.resolve("src").toString());
        file("src/other.c", "changed");
        assertThat(build().ran()).isFalse();
        file("src/hello.h", "changed");
        assertThat(build().reason()).startsWith("program /usr/bin/hello changed");
    }

    @Test
    void takesFinishedProgramsAsTheyAre() throws Exception {
        configuration.program(file("a.wasm", "\0asm\1\0\0\0"));
        configuration.program(file("run.sh", "#!/bin/sh\n"), "/sbin/run");
        Path out = build().directory();
        assertThat(out.resolve("usr/bin/a")).hasSameBinaryContentAs(directory.resolve("a.wasm"));
        assertThat(out.resolve("sbin/run")).hasContent("#!/bin/sh\n").isExecutable();
    }

    private void refused(Kind kind, String... texts) {
        assertThatThrownBy(this::build)
                .hasMessageContainingAll(texts)
                .extracting(e -> ((ToolchainException) e).kind())
                .isEqualTo(kind);
    }

    @Test
    void refusesWhatTheSystemCannotRun() throws Exception {
        configuration.program(file("elf", "\177ELF\1\1\1"));
        refused(Kind.USAGE, "elf is no program", "it is an ELF file", "wasm-linux-cc");
    }

    @Test
    void namesASourceThatIsNotThereOrDoesNotCompile() throws Exception {
        Path source = directory.resolve("src/x.c");
        configuration.program(source);
        refused(Kind.USAGE, "src/x.c");
        file("src/x.c", "bad");
        refused(Kind.BUILD, "first error: x.c:1:1: error: bad");
    }

    @Test
    void refusesPlacesOutsideTheImageAndTheSamePlaceTwice() throws Exception {
        configuration.program(file("a.wasm", "\0asm"), "/../evil");
        refused(Kind.USAGE, "/../evil");
        configuration.program(directory.resolve("a.wasm"), "/../evil");
        refused(Kind.USAGE, "two programs at /../evil");
    }
}
