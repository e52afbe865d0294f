/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.toolchain.BuildReport.StepReport;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.io.Digests;
import dev.wasmlinux.toolchain.source.Archives;
import dev.wasmlinux.toolchain.spi.Archive;
import dev.wasmlinux.toolchain.spi.BuildContext;
import dev.wasmlinux.toolchain.spi.Component;
import dev.wasmlinux.toolchain.spi.Inputs;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Components from outside the library. */
@Timeout(60)
class ComponentTest {
    @TempDir Path directory;

    /** A component that does as it is told. */
    private class Sample implements Component {
        private final String name;
        private final List<String> dependencies;

        Sample(String name, String... dependencies) {
            this.name = name;
            this.dependencies = List.of(dependencies);
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public List<String> dependencies() {
            return dependencies;
        }

        @Override
        public void describe(Inputs inputs) throws ToolchainException {
            inputs.add("version", "1");
        }

        @Override
        public void build(BuildContext context)
                throws ToolchainException, IOException, InterruptedException {
            Files.writeString(context.output().resolve("name"), name);
        }
    }

    private Toolchain.Builder builder() {
        return Toolchain.builder()
                .cache(directory.resolve("cache"))
                .sources(directory)
                .offline(true);
    }

    @Test
    void isBuiltAfterWhatItNeedsAndOnlyOnce() throws Exception {
        Component second =
                new Sample("second", "first") {
                    @Override
                    public void build(BuildContext context) throws IOException {
                        Files.copy(
                                context.dependency("first").resolve("name"),
                                context.output().resolve("copy"));
                    }
                };
        // In any order.
        Toolchain toolchain = builder().component(second).component(new Sample("first")).build();
        assertThat(toolchain.components()).containsSubsequence("first", "second", "initramfs");
        BuildReport report = toolchain.run("second", BuildListener.NONE);
        assertThat(report.steps()).extracting(StepReport::name).containsExactly("first", "second");
        assertThat(report.step("second").directory().resolve("copy")).hasContent("first");
        assertThat(toolchain.run("second", BuildListener.NONE).steps()).noneMatch(StepReport::ran);
    }

    /** Keeps the report of a failed build. */
    private static final class Failed implements BuildListener {
        private BuildReport report;

        @Override
        public void buildFailed(BuildReport failed) {
            report = failed;
        }
    }

    @Test
    void aFailureIsReportedAndNotDone() throws Exception {
        AtomicBoolean fails = new AtomicBoolean(true);
        Component second =
                new Sample("second", "first") {
                    @Override
                    public void build(BuildContext context)
                            throws ToolchainException, IOException, InterruptedException {
                        super.build(context);
                        context.run(directory, List.of("true"));
                        if (fails.get()) {
                            context.run(directory, List.of("sh", "-c", "echo error: no; exit 7"));
                        }
                    }
                };
        Toolchain toolchain = builder().component(new Sample("first")).component(second).build();
        Failed failed = new Failed();
        assertThatThrownBy(() -> toolchain.run("second", failed))
                .isInstanceOf(ToolchainException.class);
        assertThat(failed.report.steps()).extracting(StepReport::name).containsExactly("first");
        BuildReport.Failure failure = failed.report.failure().orElseThrow();
        assertThat(failure.step()).contains("second");
        assertThat(failure.error()).isEqualTo("BUILD");
        assertThat(failure.exitCode()).isEqualTo(1);
        assertThat(failure.message()).contains("failed: 7", "first error: error: no");
        assertThat(failure.commands()).hasSize(2).last().asString().endsWith("exit 7'");
        assertThat(failure.log().orElseThrow()).content().contains("error: no", "exit status 7");
        assertThat(failure.use().cpu()).isPresent();
        assertThatThrownBy(() -> toolchain.inspect("second")).hasMessageContaining("not built yet");

        fails.set(false);
        BuildReport report = toolchain.run("second", BuildListener.NONE);
        assertThat(report.failure()).isEmpty();
        assertThat(report.step("second").ran()).isTrue();
        assertThat(report.step("first").ran()).isFalse();
    }

    @Test
    void aCancelledBuildAndABrokenExtensionAreReportedAsWhatTheyAre() {
        Component cancelled =
                new Sample("sample") {
                    @Override
                    public void build(BuildContext context) throws InterruptedException {
                        throw new InterruptedException("enough");
                    }
                };
        Failed failed = new Failed();
        assertThatThrownBy(() -> builder().component(cancelled).build().run("sample", failed))
                .isInstanceOf(InterruptedException.class);
        BuildReport.Failure failure = failed.report.failure().orElseThrow();
        assertThat(failure.error()).isEqualTo(BuildReport.Failure.CANCELLED);
        assertThat(failure.exitCode()).isEqualTo(130);
        assertThat(failure.message()).isEqualTo("interrupted");
        assertThat(failure.step()).contains("sample");
        assertThat(failure.log()).as("no tool has written one").isEmpty();

        Component broken =
                new Sample("sample") {
                    @Override
                    public void build(BuildContext context) {
                        throw new IllegalStateException("bug");
                    }
                };
        assertThatThrownBy(() -> builder().component(broken).build().run("sample", failed))
                .hasMessage("bug");
        failure = failed.report.failure().orElseThrow();
        assertThat(failure.error()).isEqualTo(BuildReport.Failure.INTERNAL);
        assertThat(failure.exitCode()).isEqualTo(70);
        assertThat(failure.message()).contains("IllegalStateException: bug");
    }

    @Test
    void unpacksItsSourcesAndRunsToolsInACleanEnvironment() throws Exception {
        Path file = directory.resolve("thing.tar.gz");
        try (TarArchiveOutputStream tar =
                new TarArchiveOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
            byte[] text = "source".getBytes(StandardCharsets.UTF_8);
            TarArchiveEntry entry = new TarArchiveEntry("thing-1/file");
            entry.setSize(text.length);
            tar.putArchiveEntry(entry);
            tar.write(text);
            tar.closeArchiveEntry();
        }
        Archive archive = new Archive("thing.tar.gz", Digests.of(file), List.of());
        Component thing =
                new Sample("thing") {
                    @Override
                    public List<Archive> sources() {
                        return List.of(archive);
                    }

                    @Override
                    public void build(BuildContext context)
                            throws ToolchainException, IOException, InterruptedException {
                        Path tree = context.unpack(archive);
                        String script = "cat file; echo; echo $LC_ALL $TZ $SOURCE_DATE_EPOCH";
                        Path out = context.output().resolve("out");
                        context.run(tree, List.of("sh", "-c", "{ " + script + "; } > " + out));
                    }
                };
        StepReport report =
                builder().component(thing).build().run("thing", BuildListener.NONE).step("thing");
        assertThat(report.directory().resolve("out")).hasContent("source\nC UTC0 1767225600\n");
        assertThat(report.inputs()).containsEntry("source thing.tar.gz", archive.sha256());
        assertThat(report.commands()).singleElement().asString().contains("cat file");
    }

    @Test
    void unpacksADebianSourcePackage() throws Exception {
        byte[] tar = new Archives().file("thing-1/file", 0644, "source").gzip();
        Files.write(directory.resolve("thing_1.tar.gz"), tar);
        Path dsc = directory.resolve("thing_1.dsc");
        Files.writeString(
                dsc,
                "Format: 3.0 (native)\nSource: thing\nVersion: 1\nChecksums-Sha256:\n "
                        + Digests.of(tar)
                        + " "
                        + tar.length
                        + " thing_1.tar.gz\n");
        Archive archive = new Archive("thing_1.dsc", Digests.of(dsc), List.of());
        Component thing =
                new Sample("thing") {
                    @Override
                    public List<Archive> sources() {
                        return List.of(archive);
                    }

                    @Override
                    public void build(BuildContext context)
                            throws ToolchainException, IOException, InterruptedException {
                        Path tree = context.unpack(archive);
                        Files.copy(tree.resolve("file"), context.output().resolve("file"));
                    }
                };
        StepReport report =
                builder().component(thing).build().run("thing", BuildListener.NONE).step("thing");
        assertThat(report.directory().resolve("file")).hasContent("source");
        assertThat(report.inputs()).containsEntry("source thing_1.dsc", archive.sha256());
    }

    @Test
    void aFileAmongTheInputsIsPartOfTheKey() throws Exception {
        Path tree = Files.createDirectories(directory.resolve("tree"));
        Files.writeString(tree.resolve("a"), "1");
        Component sample =
                new Sample("sample") {
                    @Override
                    public void describe(Inputs inputs) throws ToolchainException {
                        inputs.addFile("tree", tree);
                    }
                };
        Toolchain toolchain = builder().component(sample).build();
        String first = toolchain.run("sample", BuildListener.NONE).step("sample").key();
        Files.writeString(tree.resolve("a"), "2");
        StepReport second = toolchain.run("sample", BuildListener.NONE).step("sample");
        assertThat(second.key()).isNotEqualTo(first);
        assertThat(second.reason()).startsWith("own tree changed");
        Files.delete(tree.resolve("a"));
        Files.delete(tree);
        refused("cannot read " + tree, sample);
    }

    private void refused(String text, Component... components) {
        Toolchain.Builder builder = builder();
        List.of(components).forEach(builder::component);
        assertThatThrownBy(() -> builder.build().run(components[0].name(), BuildListener.NONE))
                .hasMessageContaining(text)
                .extracting(e -> ((ToolchainException) e).kind())
                .isEqualTo(Kind.USAGE);
    }

    @Test
    void refusesWhatDoesNotFitTogether() {
        refused("two components kernel", new Sample("kernel"));
        refused("a needs b, which there is not", new Sample("a", "b"));
        refused("need each other: a, b", new Sample("a", "b"), new Sample("b", "a"));
        refused("not a component's name: \"A b\"", new Sample("A b"));
    }

    @Test
    void isFoundAsAServiceOfAJar() throws Exception {
        Path jar = ExampleExtension.compile(directory);
        try (URLClassLoader loader =
                new URLClassLoader(
                        new URL[] {jar.toUri().toURL()}, Toolchain.class.getClassLoader())) {
            Toolchain toolchain = builder().components(loader).build();
            Path result =
                    toolchain.run("greeting", BuildListener.NONE).step("greeting").directory();
            assertThat(result.resolve("root/usr/bin/greet")).isExecutable();
        }
    }
}
