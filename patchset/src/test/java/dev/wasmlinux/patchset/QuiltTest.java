/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wasmlinux.patchset.input.Description;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sets become series, and series the same sets. */
class QuiltTest {
    private static final String FIRST = "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-1\n+2\n";
    private static final String SECOND =
            "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-2\n+3\n-- \n2.39\n";

    @TempDir private Path temp;
    private Path tree;
    private Path set;

    @BeforeEach
    void makeSet() throws IOException {
        tree = temp.resolve("tree");
        set = temp.resolve("set");
        Trees.write(tree, new TreeMap<>(Map.of("f", "-1\n")));
        write("one/1-Some thing.diff", "Text above,\nnot in the manifest.\n" + FIRST);
        write("two/1-Some thing.diff", SECOND);
        write("overlay/arch/Makefile", "all:");
        write("overlay/arch/tool.sh", "#!/bin/sh\n");
        manifest("");
    }

    private void write(String path, String text) throws IOException {
        Path file = set.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void manifest(String overlay) throws IOException {
        write(
                "patchset.json",
                """
                {"schema": 1, "component": "demo", "description": "Makes it go.", "license": "MIT",
                 "upstream": {"version": "1.0"},
                 "patches": [
                  {"file": "one/1-Some thing.diff", "title": "[x] Größer: it",
                   "author": "Jörg <j@example.org>", "license": "GPL-2.0-only",
                   "purpose": "It was\\n\\n  small.\\nDescription: no field\\n--- a/no\\n+++ b/no",
                   "upstreamStatus": "pending, see\\nthe list"},
                  {"file": "two/1-Some thing.diff", "title": "t", "author": "a", "purpose": "t",
                   "upstreamStatus": "accepted https://example.org/c"}],
                 "overlay": {"directory": "overlay" %s}}
                """
                        .formatted(overlay));
    }

    private PatchSet again(PatchSet from) throws IOException {
        Path series = from.exportQuilt(temp.resolve("out"));
        assertThat(series).isEqualTo(temp.resolve("out/patches/series"));
        return PatchSet.importFrom(series, from.manifest(), temp.resolve("again"));
    }

    private static void assertSame(PatchSet found, PatchSet expected) throws IOException {
        for (int i = 0; i < expected.patches().size(); i++) {
            PatchEntry entry = expected.manifest().patches().get(i);
            PatchEntry same = found.manifest().patches().get(i);
            assertThat(same.title()).isEqualTo(entry.title());
            assertThat(same.author()).isEqualTo(entry.author());
            assertThat(same.license())
                    .contains(entry.license().orElse(expected.manifest().license()));
            assertThat(same.purpose()).isEqualTo(entry.purpose());
            assertThat(same.upstreamStatus()).isEqualTo(entry.upstreamStatus());
            assertThat(body(found.patches().get(i), found))
                    .isEqualTo(body(expected.patches().get(i), expected));
        }
    }

    /** The bytes of a patch from its first file on. */
    private static String body(PatchSource patch, PatchSet of) throws IOException {
        long start = SetImporter.headingEnd(patch, of.manifest().strip());
        return new String(
                patch.content().slice(start, patch.size() - start).readAll(1 << 20),
                StandardCharsets.ISO_8859_1);
    }

    @Test
    void aSeriesMakesTheSameSet() throws IOException {
        PatchSet from = PatchSet.load(set);
        PatchSet again = again(from);
        assertThat(again.patches()).hasSize(3);
        assertSame(again, from);
        assertThat(again.manifest().patches())
                .extracting(PatchEntry::file)
                .containsExactly(
                        "patches/0001-some-thing.patch",
                        "patches/0002-some-thing.patch",
                        "patches/0003-whole-files.patch");
        assertThat(again.manifest().patches().get(2).purpose()).isEqualTo("Makes it go.");
        // A second time nothing changes any more.
        PatchSet.importFrom(
                again.exportQuilt(temp.resolve("out2")), again.manifest(), temp.resolve("again2"));
        assertThat(Trees.read(temp.resolve("again2"))).isEqualTo(Trees.read(temp.resolve("again")));
        again.applyTo(tree);
        assertThat(Trees.read(tree))
                .isEqualTo(
                        Map.of(
                                "f",
                                "-3\n",
                                "arch/Makefile",
                                "-all:",
                                "arch/tool.sh",
                                "x#!/bin/sh\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"linux", "musl", "busybox", "llvm"})
    void bundledSetsMakeTheSameSets(String name) throws IOException {
        PatchSet from = PatchSet.bundled(name);
        Path series = from.exportQuilt(temp.resolve("out"));
        int expected = from.patches().size() + (from.overlay().isEmpty() ? 0 : 1);
        assertThat(Files.readAllLines(series)).hasSize(expected);
        PatchSet again = PatchSet.importFrom(series, from.manifest(), temp.resolve("again"));
        assertThat(again.patches()).hasSize(expected);
        assertSame(again, from);
        if (!from.overlay().isEmpty()) {
            Path empty = Files.createDirectory(temp.resolve("empty"));
            Patches.apply(empty, List.of(again.patches().get(expected - 1)), ApplyOptions.DEFAULT);
            assertThat(Trees.read(empty)).hasSize(from.overlay().size());
            for (OverlayFile file : from.overlay()) {
                assertThat(empty.resolve(file.path()))
                        .hasBinaryContent(from.read(file.file()).orElseThrow());
                assertThat(Files.isExecutable(empty.resolve(file.path())))
                        .isEqualTo(file.executable());
            }
        }
    }

    @Test
    void gnuPatchAppliesTheSeries() throws IOException {
        assumeTrue(Tool.hasPatch(), "GNU patch is not installed");
        Path series = PatchSet.load(set).exportQuilt(tree);
        for (String name : Files.readAllLines(series)) {
            Tool.Result result = Tool.run(tree, "patch", "-p1", "-F0", "-i", "patches/" + name);
            assertThat(result.exit()).as(result.text()).isZero();
        }
        assertThat(tree.resolve("f")).hasContent("3\n");
        assertThat(tree.resolve("arch/tool.sh")).isExecutable().hasContent("#!/bin/sh\n");
        assertThat(tree.resolve("arch/Makefile")).hasContent("all:");
    }

    @Test
    void writesAnotherStripLevelIntoTheSeries() throws IOException {
        write("one/1-Some thing.diff", FIRST.replaceAll("[ab]/f", "f"));
        write("two/1-Some thing.diff", SECOND.replaceAll("diff.*\n", "").replaceAll("[ab]/f", "f"));
        String text = Files.readString(set.resolve("patchset.json"));
        write("patchset.json", text.replace("\"patches\"", "\"strip\": 0, \"patches\""));
        Path series = PatchSet.load(set).exportQuilt(temp.resolve("out"));
        assertThat(series)
                .hasContent(
                        "0001-some-thing.patch -p0\n0002-some-thing.patch -p0\n"
                                + "0003-whole-files.patch\n");
        Patches.apply(tree, Patches.read(series), ApplyOptions.DEFAULT);
        assertThat(tree.resolve("f")).hasContent("3\n");
        assertThat(tree.resolve("arch/Makefile")).exists();
    }

    @Test
    void refusesWhatASeriesCannotSayAndLeavesNothing() throws IOException {
        manifest(", \"replace\": [\"arch/Makefile\"]");
        Path out = temp.resolve("out");
        assertThatThrownBy(() -> PatchSet.load(set).exportQuilt(out))
                .isInstanceOf(PatchRefusedException.class)
                .hasMessageContaining("overlay/arch/Makefile");
        assertThat(out).doesNotExist();

        manifest("");
        write("two/1-Some thing.diff", "no patch at all\n");
        assertThatThrownBy(() -> PatchSet.load(set).exportQuilt(out))
                .isInstanceOf(MalformedPatchException.class);
        assertThat(out).isEmptyDirectory();

        Files.createDirectory(out.resolve("patches"));
        assertThatThrownBy(() -> PatchSet.load(set).exportQuilt(out))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void anyStatusAndPurposeComeBack() {
        String[] pieces = {
            "a",
            " ",
            "\n",
            "accepted",
            "submitted",
            "no",
            "yes",
            "not-needed",
            ": ",
            "-",
            "Bug: x",
            "\n\n",
            "---",
            "[t]",
            "From x",
            "diff -"
        };
        for (int round = 0; round < 3000; round++) {
            Random random = new Random(round);
            StringBuilder status = new StringBuilder("s".repeat(random.nextInt(2)));
            StringBuilder purpose = new StringBuilder();
            for (int i = random.nextInt(5); i >= 0; i--) {
                status.append(pieces[random.nextInt(pieces.length)]);
                purpose.append(pieces[random.nextInt(pieces.length)]);
            }
            // Blanks at the ends of lines are nobody's words.
            String kept = status.toString().replaceAll("[ ]+(?=\n|$)", "").strip();
            if (kept.isEmpty()) {
                continue;
            }
            Description written =
                    new Description(
                            "[t] " + round,
                            "A",
                            Optional.of("MIT"),
                            purpose.toString().replaceAll("[ ]+(?=\n|$)", "").strip(),
                            kept);
            assertThat(Description.parse(written.toDep3())).isEqualTo(written);
        }
    }
}
