/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.patchset.content.Content;
import dev.wasmlinux.patchset.tree.Node;
import dev.wasmlinux.patchset.write.DiffWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefreshTest {
    private static final String NUMBERS = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";

    @TempDir private Path temp;
    private Path upstream;
    private Path edited;
    private Path set;

    @BeforeEach
    void makeSet() throws IOException {
        upstream = temp.resolve("upstream");
        edited = temp.resolve("edited");
        set = temp.resolve("set");
        SortedMap<String, String> tree = new TreeMap<>();
        tree.put("numbers", "-" + NUMBERS);
        tree.put("b.bin", "-\0\1\2");
        tree.put("untouched", "-u\n");
        tree.put("gone", "-g\n");
        Trees.write(upstream, tree);
        Trees.write(edited, tree);
        write(
                "p/1.patch",
                "Why: because\n\n--- a/numbers\n"
                        + "+++ b/numbers\n@@ -4,3 +4,3 @@\n 3\n-4\n+four\n 5\n");
        write("p/2.patch", "--- a/numbers\n+++ b/numbers\n@@ -7,3 +7,3 @@\n 7\n-8\n+eight\n 9\n");
        write("overlay/new.sh", "#!/bin/sh\n");
        write("overlay/old", "o\n");
        write("kernel.config", "X=y\n");
        String patch =
                "{\"file\":\"p/%d.patch\",\"title\":\"t \\u00e9 \\\"\",\"author\":\"a\","
                        + "\"purpose\":\"p\",\"upstreamStatus\":\"no\"}";
        write(
                "patchset.json",
                "{\"schema\":1,\"component\":\"demo\",\"description\":\"d\",\"license\":\"MIT\","
                        + "\"upstream\":{\"version\":\"1.0\",\"range\":\"[1,2)\"},\"sources\":["
                        + "{\"file\":\"x.tar\",\"sha256\":\""
                        + "a".repeat(64)
                        + "\",\"urls\":[\"https://example.org/x.tar\"],\"size\":9,\"root\":\"x\"}],"
                        + "\"patches\":["
                        + patch.formatted(1)
                        + ","
                        + patch.formatted(2)
                        + "],\"overlay\":{\"directory\":\"overlay\"}}");
    }

    private void write(String path, String text) throws IOException {
        Path file = set.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private PatchSet refresh(String name) throws IOException {
        return PatchSet.load(set).refresh(upstream, edited, temp.resolve(name), 0);
    }

    @Test
    void tidiesAnUneditedSetOnce() throws IOException {
        PatchSet.load(set).applyTo(edited);
        PatchSet fresh = refresh("fresh");
        assertThat(fresh.verify(UpstreamTree.directory(upstream)).report().moved()).isFalse();
        assertThat(PatchSet.load(set).verify(UpstreamTree.directory(upstream)).report().moved())
                .isTrue();
        assertThat(Files.readString(temp.resolve("fresh/p/1.patch")))
                .startsWith("Why: because\n\ndiff --git")
                .contains("@@ -1,7 +1,7 @@");
        assertThat(fresh.manifest().sources()).isEqualTo(PatchSet.load(set).manifest().sources());
        assertThat(fresh.manifest().patches()).isEqualTo(PatchSet.load(set).manifest().patches());
        assertThat(fresh.manifest().patchedDigest()).isPresent();
        assertThat(fresh.read("kernel.config")).isPresent();
        PatchSet again = fresh.refresh(upstream, edited, temp.resolve("again"), 0);
        assertThat(again.digest()).isEqualTo(fresh.digest());
        assertThatThrownBy(() -> refresh("again")).isInstanceOf(DirectoryNotEmptyException.class);
    }

    @Test
    void takesEditsIntoPatchesAndOverlay() throws IOException {
        PatchSet.load(set).applyTo(edited);
        Trees.write(
                edited,
                Map.of(
                        "numbers", "x" + NUMBERS.replace("4", "four").replace("8", "VIII"),
                        "new.sh", "x#!/bin/sh\nexit\n",
                        "n e/w", "-new\n",
                        "tool", "xbinary tool\n",
                        "b.bin", "-\0\1\3\3",
                        "link", "@untouched"));
        Files.delete(edited.resolve("old"));
        Files.delete(edited.resolve("gone"));
        PatchSet fresh = refresh("fresh");
        assertThat(fresh.overlay())
                .extracting(OverlayFile::path)
                .containsExactly("n e/w", "new.sh", "tool");
        assertThat(fresh.manifest().patches()).hasSize(3);
        assertThat(Files.readString(temp.resolve("fresh/p/2.patch"))).contains("+VIII");
        Path tree = temp.resolve("tree");
        Trees.write(tree, Trees.read(upstream));
        fresh.applyTo(tree);
        assertThat(Trees.read(tree)).isEqualTo(Trees.read(edited));
        fresh.applyTo(tree, ApplyOptions.DEFAULT.withReverse(true));
        assertThat(Trees.read(tree)).isEqualTo(Trees.read(upstream));
    }

    @Test
    void writesDiffsThatItReads() throws IOException {
        for (int seed = 0; seed < 150; seed++) {
            Random random = new Random(seed);
            String before = text(random, 30);
            String after = random.nextInt(4) == 0 ? text(random, 30) : edit(before, random);
            ByteArrayOutputStream diff = new ByteArrayOutputStream();
            new DiffWriter(diff).write("d/f g", node(before), node(after));
            if (before.equals(after)) {
                assertThat(diff.size()).isZero();
                continue;
            }
            Path tree = temp.resolve("t" + seed);
            Trees.write(tree, Map.of("d/f g", "-" + before));
            ApplyReport report =
                    Patches.apply(
                            tree,
                            List.of(PatchSource.of("p", diff.toByteArray())),
                            ApplyOptions.DEFAULT);
            assertThat(Trees.read(tree))
                    .as(diff.toString(StandardCharsets.ISO_8859_1))
                    .isEqualTo(new TreeMap<>(Map.of("d/f g", "-" + after)));
            assertThat(report.moved()).isFalse();
            if (seed % 20 == 0 && Tool.hasGit()) {
                Files.write(tree.resolve("p"), diff.toByteArray());
                assertThat(Tool.run(tree, "git", "apply", "-R", "--check", "p"))
                        .extracting(Tool.Result::exit, Tool.Result::text)
                        .containsExactly(0, "");
            }
        }
    }

    private static Node node(String text) {
        return new Node.File(Content.of(text.getBytes(StandardCharsets.ISO_8859_1)), false, null);
    }

    private static String text(Random random, int lines) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(lines); i >= 0; i--) {
            text.append("line ")
                    .append(random.nextInt(6))
                    .append(i == 0 && random.nextBoolean() ? "" : "\n");
        }
        return random.nextInt(20) == 0 ? text.insert(0, '\0').toString() : text.toString();
    }

    private static String edit(String text, Random random) {
        List<String> lines = new java.util.ArrayList<>(List.of(text.split("(?<=\n)")));
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(lines.size());
            if (random.nextBoolean()) {
                lines.add(at, "new " + i + "\n");
            } else if (lines.size() > 1) {
                lines.remove(at);
            }
        }
        return String.join("", lines);
    }
}
