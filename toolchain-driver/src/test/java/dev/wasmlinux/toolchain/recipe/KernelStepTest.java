/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.toolchain.BuildListener;
import dev.wasmlinux.toolchain.BuildReport.StepReport;
import dev.wasmlinux.toolchain.FakeTools;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.host.ToolPath;
import dev.wasmlinux.toolchain.io.CacheLayout;
import dev.wasmlinux.toolchain.io.Digests;
import dev.wasmlinux.toolchain.source.Patches;
import dev.wasmlinux.toolchain.source.SourceArchive;
import dev.wasmlinux.toolchain.source.SourceStore;
import dev.wasmlinux.toolchain.source.SourceTree;
import dev.wasmlinux.toolchain.step.StepEngine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The kernel's recipes, with a "make" that only shows what it was asked. */
@Timeout(60)
class KernelStepTest {
    /** Behaves like kbuild as far as the recipe relies on it. */
    private static final String MAKE =
            """
            objects=
            for argument; do
                case $argument in O=*) objects=${argument#O=} ;; esac
            done
            for argument; do
                case $argument in
                wasm_defconfig) echo "CONFIG_MAIN=\\"$(cat main.c)\\"" > "$objects/.config" ;;
                olddefconfig) # drops an option without a word, as kconfig does
                    grep -v CONFIG_DROPPED "$objects/.config" > "$objects/.config.new"
                    mv "$objects/.config.new" "$objects/.config" ;;
                vmlinux)
                    if [ -e "$objects/main.o" ]; then echo '  LD      vmlinux'
                    else echo '  CC      main.o'; echo '  LD      vmlinux'; fi
                    : > "$objects/main.o"
                    cat main.c > "$objects/vmlinux.wasm"
                    env | grep -v -e COOKIE -e HOME -e TMPDIR | sort > "$objects/vmlinux"
                    echo "$*" > "$objects/vmlinux.symbols" ;;
                headers)
                    mkdir -p "$objects/usr/include/linux"
                    echo "$(sed -n 1p main.c)" > "$objects/usr/include/linux/a.h"
                    : > "$objects/usr/include/linux/.a.h.cmd" ;;
                esac
            done
            """;

    @TempDir Path directory;

    private final List<Path> fragments = new ArrayList<>();
    private FakeTools tools;
    private CacheLayout layout;

    @BeforeEach
    void tools() throws IOException {
        tools = new FakeTools(directory.resolve("tools"));
        tools.script("make", MAKE);
        // A blank in the cache's path, which kbuild would not take.
        layout = new CacheLayout(directory.resolve("my cache"), directory.resolve("work"));
    }

    private SourceTree source(String patched) throws IOException {
        Path file = directory.resolve("linux.tar.gz");
        if (!Files.exists(file)) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (TarArchiveOutputStream tar =
                    new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
                byte[] text = "upstream".getBytes(StandardCharsets.UTF_8);
                TarArchiveEntry entry = new TarArchiveEntry("linux/main.c");
                entry.setSize(text.length);
                tar.putArchiveEntry(entry);
                tar.write(text);
                tar.closeArchiveEntry();
            }
            Files.write(file, bytes.toByteArray());
        }
        SourceArchive archive =
                new SourceArchive(
                        "linux",
                        "6",
                        List.of(
                                new SourceArchive.Variant(
                                        List.of("linux.tar.gz"), Digests.of(file), List.of())));
        Patches patches =
                new Patches() {
                    @Override
                    public String digest() {
                        return patched;
                    }

                    @Override
                    public Set<String> touches(Path tree) {
                        return Set.of("main.c");
                    }

                    @Override
                    public Optional<String> applyTo(Path tree) throws IOException {
                        Files.writeString(tree.resolve("main.c"), patched);
                        return Optional.empty();
                    }
                };
        return new SourceTree(
                archive, patches, new SourceStore(layout, List.of(directory), true, Map.of()));
    }

    private List<StepReport> build(String patched) throws Exception {
        BuildHost host =
                new BuildHost(
                        new ToolPath(
                                List.of(tools.directory(), Path.of("/usr/bin"), Path.of("/bin"))),
                        3);
        return new StepEngine(
                        layout,
                        List.of(
                                new KernelHeadersStep(host, source(patched)),
                                new KernelStep(host, source(patched), fragments)),
                        BuildListener.NONE)
                .run(List.of("kernel-headers", "kernel"), Set.of());
    }

    @Test
    void callsKbuildWithTheCompilerAndACleanEnvironment() throws Exception {
        StepReport kernel = build("one").get(1);
        assertThat(kernel.directory().resolve("vmlinux.wasm")).hasContent("one");
        assertThat(kernel.directory().resolve("config")).hasContent("CONFIG_MAIN=\"one\"");
        assertThat(Files.readString(kernel.directory().resolve("vmlinux.symbols")))
                .startsWith("-j3 ARCH=wasm LLVM=-22 O=/")
                .doesNotContain("my cache")
                .endsWith(" vmlinux\n");
        assertThat(Files.readAllLines(kernel.directory().resolve("vmlinux")))
                .contains(
                        "KBUILD_BUILD_HOST=wasm-linux",
                        "LC_ALL=C",
                        "SOURCE_DATE_EPOCH=1767225600",
                        "TZ=UTC0")
                .noneMatch(line -> line.startsWith("LANG=") || line.startsWith("MAVEN"));
        assertThat(kernel.commands()).hasSize(2);
    }

    @Test
    void aChangedSourceIsCompiledIncrementally() throws Exception {
        assertThat(Files.readString(build("one").get(1).log())).contains("CC      main.o");
        StepReport again = build("two").get(1);
        assertThat(again.reason()).isEqualTo("patches changed (one -> two)");
        assertThat(Files.readString(again.log())).doesNotContain("CC      main.o");
        assertThat(again.directory().resolve("vmlinux.wasm")).hasContent("two");
    }

    @Test
    void anotherCompilerStartsFromNothing() throws Exception {
        build("one");
        tools.llvm(22, "fake clang version 22.1.9 (1)");
        StepReport again = build("one").get(1);
        assertThat(again.ran()).isTrue();
        assertThat(again.reason()).contains("22.1.8").contains("22.1.9");
        assertThat(Files.readString(again.log())).contains("CC      main.o");
    }

    @Test
    void headersAreOnlyHeaders() throws Exception {
        StepReport headers = build("one").get(0);
        assertThat(headers.outputs())
                .extracting(o -> o.path())
                .containsExactly("include/linux/a.h");
        StepReport same = build("one\nmore").get(0);
        assertThat(same.ran()).isTrue();
        assertThat(same.identity()).isEqualTo(headers.identity());
    }

    @Test
    void aFailureNamesTheFirstErrorAndTheNextRunGoesOn() throws Exception {
        tools.script(
                "make",
                MAKE + "\ncase $* in *vmlinux*) echo 'main.c:1:1: error: no' >&2; exit 2;; esac");
        assertThatThrownBy(() -> build("one"))
                .isInstanceOf(ToolchainException.class)
                .hasMessageContaining("first error: main.c:1:1: error: no");
        tools.script("make", MAKE);
        StepReport report = build("one").get(1);
        assertThat(Files.readString(report.log())).doesNotContain("CC      main.o");
    }

    @Test
    void aMissingToolIsNamedBeforeAnythingRuns() throws Exception {
        tools.remove("llvm-nm-22");
        assertThatThrownBy(() -> build("one"))
                .hasMessageContaining("lacks llvm-nm-22")
                .hasMessageContaining("doctor")
                .extracting(e -> ((ToolchainException) e).kind())
                .isEqualTo(Kind.HOST);
        assertThat(layout.steps()).doesNotExist();
    }

    private void fragment(String text) throws IOException {
        Path file = directory.resolve("own" + fragments.size() + ".config");
        Files.writeString(file, text);
        fragments.add(file);
    }

    @Test
    void ownOptionsMakeAnotherKernelBesideTheDefaultOne() throws Exception {
        String key = build("one").get(1).key();
        fragment("# mine\nCONFIG_A=y\n  CONFIG_SIZE=12\n");
        fragment("# CONFIG_A is not set\nCONFIG_NAME=\"x y\"\n");
        StepReport own = build("one").get(1);
        assertThat(own.reason()).isEqualTo("new input own options");
        assertThat(own.directory().resolve("config"))
                .hasContent(
                        "CONFIG_MAIN=\"one\"\n# CONFIG_A is not set\nCONFIG_SIZE=12\n"
                                + "CONFIG_NAME=\"x y\"");
        assertThat(Files.readString(own.log())).contains("CC      main.o");
        fragments.clear();
        StepReport again = build("one").get(1);
        assertThat(again.key()).isEqualTo(key);
        assertThat(again.ran()).isFalse();
    }

    @Test
    void theSameOptionsInOtherWordsAreTheSameKernel() throws Exception {
        fragment("CONFIG_A=y\nCONFIG_B=n\n");
        build("one");
        fragments.clear();
        fragment("# another comment\nCONFIG_A=y\n");
        fragment("\n# CONFIG_B is not set\n");
        assertThat(build("one").get(1).ran()).isFalse();
    }

    @Test
    void anOptionThatTheKernelDropsIsNamed() throws Exception {
        fragment("CONFIG_A=y\nCONFIG_DROPPED=y\n# CONFIG_DROPPED_TOO is not set\n");
        assertThatThrownBy(() -> build("one"))
                .hasMessageContaining("the kernel does not take these options:")
                .hasMessageContaining("CONFIG_DROPPED=y: it is not set")
                .hasMessageContaining("no Kconfig file of this kernel has an option of that name")
                .hasMessageNotContainingAny("CONFIG_A", "DROPPED_TOO")
                .extracting(e -> ((ToolchainException) e).kind())
                .isEqualTo(Kind.USAGE);
        assertThat(layout.steps().resolve("kernel/last")).doesNotExist();
    }

    @Test
    void whatIsNoOptionIsNamedWithItsLine() throws Exception {
        for (String wrong : List.of("A=y", "CONFIG_A", "CONFIG_A=yes", "CONFIG_A=")) {
            fragments.clear();
            fragment("CONFIG_B=y\n" + wrong + "\n");
            assertThatThrownBy(() -> build("one"))
                    .hasMessageContaining("own0.config:2: not a kernel option: " + wrong)
                    .extracting(e -> ((ToolchainException) e).kind())
                    .isEqualTo(Kind.USAGE);
        }
        fragments.clear();
        fragments.add(directory.resolve("nowhere"));
        assertThatThrownBy(() -> build("one")).hasMessageContaining("nowhere");
    }
}
