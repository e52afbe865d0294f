/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.toolchain.BuildListener;
import dev.wasmlinux.toolchain.io.CacheLayout;
import dev.wasmlinux.toolchain.io.Digests;
import dev.wasmlinux.toolchain.io.Trees;
import dev.wasmlinux.toolchain.step.Step;
import dev.wasmlinux.toolchain.step.StepContext;
import dev.wasmlinux.toolchain.step.StepEngine;
import dev.wasmlinux.toolchain.step.StepInputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceTreeTest {
    @TempDir Path directory;

    private CacheLayout layout;
    private SourceArchive archive;
    private SourceStore store;

    @BeforeEach
    void archive() throws IOException {
        Path file = directory.resolve("t.tar.gz");
        Files.write(
                file,
                new Archives()
                        .file("t/kept", 0644, "kept")
                        .file("t/patched", 0644, "before")
                        .gzip());
        archive =
                new SourceArchive(
                        "t",
                        "1",
                        List.of(
                                new SourceArchive.Variant(
                                        List.of("t.tar.gz"), Digests.of(file), List.of())));
        layout = CacheLayout.of(directory.resolve("cache"));
        store = new SourceStore(layout, List.of(directory), true, Map.of());
    }

    /** Writes files, as a patch set would. */
    private static Patches patches(Map<String, String> files) {
        return new Patches() {
            @Override
            public String digest() {
                return files.toString();
            }

            @Override
            public Set<String> touches(Path tree) {
                return files.keySet();
            }

            @Override
            public Optional<String> applyTo(Path tree) throws IOException {
                for (Map.Entry<String, String> file : files.entrySet()) {
                    Path path = tree.resolve(file.getKey());
                    Files.createDirectories(path.getParent());
                    Files.writeString(path, file.getValue());
                }
                return Optional.empty();
            }
        };
    }

    /** Prepares a tree and tells the times of its files. */
    private Map<String, FileTime> prepare(Map<String, String> files) throws Exception {
        SourceTree tree = new SourceTree(archive, patches(files), store);
        Map<String, FileTime> times = new TreeMap<>();
        Step step =
                new Step() {
                    @Override
                    public String name() {
                        return "tree";
                    }

                    @Override
                    public List<String> dependencies() {
                        return List.of();
                    }

                    @Override
                    public void inputs(StepInputs inputs)
                            throws dev.wasmlinux.toolchain.ToolchainException {
                        tree.addTo(inputs);
                    }

                    @Override
                    public void run(StepContext context)
                            throws dev.wasmlinux.toolchain.ToolchainException,
                                    IOException,
                                    InterruptedException {
                        Path root = tree.prepare(context, context.workspace("t"));
                        try (var entries = Files.list(root)) {
                            for (Path file : entries.toList()) {
                                times.put(
                                        file.getFileName().toString(),
                                        Files.getLastModifiedTime(file));
                            }
                        }
                    }
                };
        new StepEngine(layout, List.of(step), BuildListener.NONE)
                .run(List.of("tree"), Set.of("tree"));
        return times;
    }

    @Test
    void changedPatchesTouchOnlyWhatTheyChange() throws Exception {
        FileTime original = FileTime.fromMillis(Archives.TIME_MILLIS);
        Map<String, FileTime> first = prepare(Map.of("patched", "after", "new", "1"));
        assertThat(first).containsEntry("kept", original);
        assertThat(first.get("patched")).isGreaterThan(original);

        Map<String, FileTime> second = prepare(Map.of("patched", "after", "new", "2"));
        assertThat(second).containsEntry("kept", original);
        assertThat(second).containsEntry("patched", first.get("patched"));
        assertThat(second.get("new")).isGreaterThan(first.get("new"));

        Map<String, FileTime> dropped = prepare(Map.of("new", "2"));
        assertThat(dropped).containsEntry("new", second.get("new"));
        assertThat(dropped.get("patched"))
                .as("back to upstream's text is a change too, with a new time")
                .isGreaterThan(second.get("new"));
        assertThat(layout.work().resolve("t/src/patched")).hasContent("before");
    }

    @Test
    void whatAnEarlierPatchSetCreatedGoesAway() throws Exception {
        prepare(Map.of("new", "1", "dir/deep", "2"));
        Files.delete(directory.resolve("t.tar.gz"));
        Trees.delete(layout.sources());
        // No archive is left, and none is needed.
        Map<String, FileTime> times = prepare(Map.of("patched", "after"));
        assertThat(times.keySet()).contains("kept", "patched").doesNotContain("new");
        assertThat(layout.work().resolve("t/src/dir/deep")).doesNotExist();
        assertThat(layout.work().resolve("t/src/patched")).hasContent("after");
    }

    @Test
    void aTreeWhosePatchingWasCutOffIsUnpackedAgain() throws Exception {
        prepare(Map.of("new", "1"));
        assertThatThrownBy(() -> prepare(Map.of("new", "2", "no/such/place\0", "x")))
                .isInstanceOf(Exception.class);
        Map<String, FileTime> times = prepare(Map.of("patched", "after"));
        assertThat(times.keySet()).containsExactly("kept", "patched");
    }

    @Test
    void anUnchangedTreeIsLeftAlone() throws Exception {
        prepare(Map.of("new", "1"));
        Path trace = layout.work().resolve("t/src/trace");
        Files.writeString(trace, "");
        prepare(Map.of("new", "1"));
        assertThat(trace).exists();
    }
}
