/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole sets: applied, taken back, verified against trees and archives, rebased. */
class SetApplicationTest {
    private static final String NUMBERS = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
    private static final String DEEP = "deep/".repeat(30) + "name";

    @TempDir private Path temp;
    private Path tree;
    private Path set;
    private SortedMap<String, String> before;

    @BeforeEach
    void makeSet() throws IOException {
        tree = temp.resolve("tree");
        set = temp.resolve("set");
        before = new TreeMap<>();
        before.put("numbers", "-" + NUMBERS);
        before.put("old", "-x\n");
        before.put("scripts/run", "x#!/bin/sh\n");
        before.put("scripts/link", "@run");
        before.put(DEEP, "-deep\n");
        Trees.write(tree, before);
        write(
                "patches/1.patch",
                "--- a/numbers\n+++ b/numbers\n@@ -2,5 +2,5 @@\n 2\n 3\n-4\n+four\n 5\n 6\n");
        write(
                "patches/2.patch",
                "--- a/numbers\n+++ b/numbers\n@@ -2,5 +2,6 @@\n 2\n 3\n four\n+and\n 5\n 6\n"
                        + "--- a/"
                        + DEEP
                        + "\n+++ b/"
                        + DEEP
                        + "\n@@ -1 +1 @@\n-deep\n+deeper\n"
                        + "diff --git a/old b/fresh\nrename from old\nrename to fresh\n");
        write("overlay/arch/wasm/Makefile", "all:\n");
        write("overlay/arch/wasm/tool.sh", "#!/bin/sh\n");
        manifest("");
    }

    private void manifest(String extra) throws IOException {
        String patch =
                "{\"file\":\"patches/%d.patch\",\"title\":\"t\",\"author\":\"a\",\"purpose\":\"p\","
                        + "\"upstreamStatus\":\"no\"}";
        write(
                "patchset.json",
                "{\"schema\":1,\"component\":\"demo\",\"description\":\"d\",\"license\":\"MIT\","
                        + "\"upstream\":{\"version\":\"1.0\"},\"patches\":["
                        + patch.formatted(1)
                        + ","
                        + patch.formatted(2)
                        + "],\"overlay\":{\"directory\":\"overlay\"}"
                        + extra
                        + "}");
    }

    private void write(String path, String text) throws IOException {
        Path file = set.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private SortedMap<String, String> after() {
        SortedMap<String, String> after = new TreeMap<>(before);
        after.put("numbers", "-" + NUMBERS.replace("4\n", "four\nand\n"));
        after.put(DEEP, "-deeper\n");
        after.remove("old");
        after.put("fresh", "-x\n");
        after.put("arch/wasm/Makefile", "-all:\n");
        after.put("arch/wasm/tool.sh", "x#!/bin/sh\n");
        return after;
    }

    @Test
    void appliesPatchesThenOverlayAndTakesThemBack() throws IOException {
        PatchSet loaded = PatchSet.load(set);
        ApplyReport report = loaded.applyTo(tree);
        assertThat(Trees.read(tree)).isEqualTo(after());
        assertThat(report.patches()).hasSize(2);
        assertThat(report.overlay()).hasSize(2);
        assertThatThrownBy(() -> loaded.applyTo(tree)).isInstanceOf(PatchDoesNotFitException.class);
        assertThat(Trees.read(tree)).isEqualTo(after());
        loaded.applyTo(tree, ApplyOptions.DEFAULT.withReverse(true));
        assertThat(Trees.read(tree)).isEqualTo(before);
    }

    @Test
    void aFileInTheOverlaysPlaceUndoesThePatches() throws IOException {
        Trees.write(tree, Map.of("arch/wasm/Makefile", "-other\n"));
        before.put("arch/wasm/Makefile", "-other\n");
        PatchSet loaded = PatchSet.load(set);
        assertThatThrownBy(() -> loaded.applyTo(tree))
                .isInstanceOf(PatchDoesNotFitException.class)
                .hasMessageContaining("arch/wasm/Makefile: exists already");
        assertThat(Trees.read(tree)).isEqualTo(before);
    }

    @Test
    void replacesWhatTheManifestAllows() throws IOException {
        Trees.write(tree, Map.of("arch/wasm/Makefile", "-other\n"));
        write(
                "patchset.json",
                Files.readString(set.resolve("patchset.json"))
                        .replace("\"overlay\"}", "\"overlay\",\"replace\":[\"arch/*/Makefile\"]}"));
        PatchSet.load(set).applyTo(tree);
        assertThat(Trees.read(tree)).isEqualTo(after());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ustar", "pax", "gnu"})
    void verifiesArchivesLikeDirectories(String format) throws IOException {
        PatchSet loaded = PatchSet.load(set);
        Verification inDirectory = loaded.verify(UpstreamTree.directory(tree));
        assertThat(inDirectory.matches()).isTrue();
        assertThat(inDirectory.report().dryRun()).isTrue();
        assertThat(Trees.read(tree)).isEqualTo(before);

        Tool.Result tar = Tool.run(temp, "tar", "--format=" + format, "-cf", "a.tar", "tree");
        assumeTrue(tar.exit() == 0, "GNU tar is not installed");
        byte[] archive = Files.readAllBytes(temp.resolve("a.tar"));
        UpstreamTree upstream =
                UpstreamArchive.of(
                        "a.tar", Optional.empty(), () -> new ByteArrayInputStream(archive));
        assertThat(loaded.verify(upstream).patchedDigest()).isEqualTo(inDirectory.patchedDigest());

        manifest(",\"patchedDigest\":\"" + inDirectory.patchedDigest() + "\"");
        assertThat(PatchSet.load(set).verify(upstream).matches()).isTrue();
        write("overlay/arch/wasm/Makefile", "other:\n");
        assertThat(PatchSet.load(set).verify(upstream).matches()).isFalse();
    }

    @Test
    void makesNothingButThePinnedTree() throws IOException {
        Path upstream = temp.resolve("upstream");
        Trees.write(upstream, before);
        String text = Files.readString(set.resolve("patchset.json"));
        Verification first = PatchSet.pin(set, UpstreamTree.directory(upstream));
        assertThat(first.expectedDigest()).isEmpty();
        String digest = first.patchedDigest();
        assertThat(Files.readString(set.resolve("patchset.json")))
                .isEqualTo(
                        text.stripTrailing().replaceFirst("}$", "")
                                + ",\n  \"patchedDigest\": \""
                                + digest
                                + "\"\n}\n");
        PatchSet.load(set).applyTo(tree, ApplyOptions.DEFAULT.withDryRun(true));

        write("overlay/arch/wasm/Makefile", "other:\n");
        PatchSet edited = PatchSet.load(set);
        assertThatThrownBy(() -> edited.applyTo(tree))
                .isInstanceOf(PatchedDigestException.class)
                .hasMessageContaining(digest)
                .hasMessageContaining("wasm-linux patch refresh");
        assertThat(Trees.read(tree)).isEqualTo(before);
        edited.applyTo(tree, ApplyOptions.DEFAULT.withPinned(false));
        edited.applyTo(tree, ApplyOptions.DEFAULT.withReverse(true));

        Verification second = PatchSet.pin(set, UpstreamTree.directory(upstream));
        assertThat(second.expectedDigest()).contains(digest);
        assertThat(second.matches()).isFalse();
        PatchSet.load(set).applyTo(tree);
        assertThat(Files.readString(tree.resolve("arch/wasm/Makefile"))).isEqualTo("other:\n");
        assertThat(Files.readString(set.resolve("patchset.json")))
                .contains(second.patchedDigest())
                .doesNotContain(digest);
    }

    @Test
    void reportsDamagedArchives() throws IOException {
        Tool.Result tar = Tool.run(temp, "tar", "-cf", "a.tar", "tree");
        assumeTrue(tar.exit() == 0, "GNU tar is not installed");
        byte[] archive = Files.readAllBytes(temp.resolve("a.tar"));
        PatchSet loaded = PatchSet.load(set);
        for (byte[] damaged :
                List.of(
                        new byte[0],
                        Arrays.copyOf(archive, 700),
                        Arrays.copyOfRange(archive, 100, archive.length))) {
            UpstreamTree upstream =
                    UpstreamArchive.of(
                            "a", Optional.empty(), () -> new ByteArrayInputStream(damaged));
            assertThatThrownBy(() -> loaded.verify(upstream)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void saysWhichPatchesFitAnotherVersion() throws IOException {
        PatchSet loaded = PatchSet.load(set);
        assertThat(loaded.rebase(UpstreamTree.directory(tree), 0).fits()).isTrue();

        Path moved = temp.resolve("moved");
        SortedMap<String, String> other = new TreeMap<>(before);
        other.put("numbers", "-0\n" + NUMBERS);
        Trees.write(moved, other);
        RebaseReport report = loaded.rebase(UpstreamTree.directory(moved), 0);
        assertThat(report.patches())
                .extracting(RebaseReport.Entry::status)
                .containsExactly(
                        RebaseReport.Status.MOVED,
                        RebaseReport.Status.MOVED,
                        RebaseReport.Status.FITS);
        assertThat(report.fits()).isTrue();

        Path taken = temp.resolve("taken");
        other.put("numbers", "-" + NUMBERS.replace("4", "four"));
        other.remove("old");
        Trees.write(taken, other);
        RebaseReport second = loaded.rebase(UpstreamTree.directory(taken), 0);
        assertThat(second.patches())
                .extracting(RebaseReport.Entry::status)
                .containsExactly(
                        RebaseReport.Status.ALREADY_APPLIED,
                        RebaseReport.Status.DOES_NOT_FIT,
                        RebaseReport.Status.FITS);
        assertThat(second.fits()).isFalse();
        assertThat(second.patches().get(1).problem()).contains("old is missing");
    }
}
