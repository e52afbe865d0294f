/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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

/** Patches on archives; see also {@link GitDiffPropertyTest}, which holds them against trees. */
class ArchiveTest {
    private static final String DIFF =
            "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n+new\n"
                    + "--- /dev/null\n+++ b/made/here\n@@ -0,0 +1 @@\n+x\n"
                    + "--- a/gone/only\n+++ /dev/null\n@@ -1 +0,0 @@\n-y\n";

    @TempDir private Path temp;

    @BeforeEach
    void makeTree() throws IOException {
        Trees.write(
                temp.resolve("top-1.0"),
                new TreeMap<>(
                        Map.of("f", "-old\n", "keep/x", "x#!/bin/sh\n", "gone/only", "-y\n")));
        Files.createDirectory(temp.resolve("top-1.0/empty"));
    }

    private Path tar(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of("tar"));
        command.addAll(List.of(options));
        command.add("top-1.0");
        Tool.Result result = Tool.run(temp, command.toArray(String[]::new));
        assumeTrue(result.exit() == 0, "GNU tar cannot do " + String.join(" ", options));
        return temp.resolve(options[options.length - 1]);
    }

    private static List<PatchSource> patch(String text) {
        return List.of(PatchSource.of("p", text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.tar", "a.tar.gz", "a.tar.xz", "a.tar.bz2"})
    void readsAndWritesEveryCompression(String name) throws IOException {
        UpstreamArchive archive = UpstreamArchive.file(tar("-caf", name));
        Path out = temp.resolve("out-" + name);
        Patches.apply(archive, PatchedOutput.tar(out), patch(DIFF), ApplyOptions.DEFAULT);
        assertThat(Tool.run(temp, "tar", "-tf", out.toString()).text().lines())
                .containsExactlyInAnyOrder(
                        "top-1.0/",
                        "top-1.0/empty/",
                        "top-1.0/f",
                        "top-1.0/keep/",
                        "top-1.0/keep/x",
                        "top-1.0/made/",
                        "top-1.0/made/here");
        byte[] once = Files.readAllBytes(out);
        Patches.apply(archive, PatchedOutput.tar(out), patch(DIFF), ApplyOptions.DEFAULT);
        assertThat(Files.readAllBytes(out)).as("the same again").isEqualTo(once);
    }

    @Test
    void unpacksWithModesTimesAndEmptyDirectories() throws IOException {
        UpstreamArchive archive =
                UpstreamArchive.file(tar("--mtime=2001-02-03 04:05:06Z", "-cf", "a.tar"));
        Path out = temp.resolve("out");
        Patches.apply(archive, PatchedOutput.directory(out), patch(DIFF), ApplyOptions.DEFAULT);
        assertThat(Trees.read(out))
                .isEqualTo(
                        Map.of(
                                "f", "-new\n",
                                "keep/x", "x#!/bin/sh\n",
                                "made/here", "-x\n",
                                "empty/", "d"));
        for (String file : List.of("f", "keep/x", "made/here")) {
            assertThat(Files.getLastModifiedTime(out.resolve(file)).toString())
                    .isEqualTo("2001-02-03T04:05:06Z");
        }
        assertThatThrownBy(
                        () ->
                                Patches.apply(
                                        archive,
                                        PatchedOutput.directory(out),
                                        patch(DIFF),
                                        ApplyOptions.DEFAULT))
                .isInstanceOf(DirectoryNotEmptyException.class);
    }

    @Test
    void leavesNothingIfSomethingDoesNotFit() throws IOException {
        UpstreamArchive archive = UpstreamArchive.file(tar("-czf", "a.tgz"));
        Path existing = Files.writeString(temp.resolve("out.tar"), "before");
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        List<String> there = names();
        for (PatchedOutput output :
                List.of(
                        PatchedOutput.directory(temp.resolve("out")),
                        PatchedOutput.tar(existing),
                        PatchedOutput.stream(stream))) {
            assertThatThrownBy(
                            () ->
                                    Patches.apply(
                                            archive,
                                            output,
                                            patch(DIFF.replace("-old", "-other")),
                                            ApplyOptions.DEFAULT))
                    .isInstanceOf(PatchDoesNotFitException.class);
            Patches.apply(archive, output, patch(DIFF), ApplyOptions.DEFAULT.withDryRun(true));
        }
        assertThat(stream.size()).isZero();
        assertThat(existing).hasContent("before");
        assertThat(names()).isEqualTo(there);
    }

    private List<String> names() throws IOException {
        try (var children = Files.list(temp)) {
            return children.map(child -> child.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void leavesNothingIfTheArchiveIsDamagedOrChanges() throws IOException {
        byte[] whole = Files.readAllBytes(tar("-cf", "a.tar"));
        byte[] cut = Arrays.copyOf(whole, 2000);
        List<String> there = names();
        // Whole when it is checked, cut short when it is passed on; then another one.
        for (byte[] second : List.of(cut, Files.readAllBytes(tar("--mtime=@7", "-cf", "a.tar")))) {
            List<byte[]> readings = new ArrayList<>(List.of(whole, second));
            UpstreamArchive changing =
                    UpstreamArchive.of(
                            "a",
                            Optional.empty(),
                            () -> new ByteArrayInputStream(readings.remove(0)));
            assertThatThrownBy(
                            () ->
                                    Patches.apply(
                                            changing,
                                            PatchedOutput.directory(temp.resolve("out")),
                                            patch(DIFF),
                                            ApplyOptions.DEFAULT))
                    .isInstanceOf(IOException.class);
            assertThat(readings).isEmpty();
        }
        assertThat(names()).isEqualTo(there);
    }

    @Test
    void hardLinksStayWhatTheyWere() throws IOException {
        Path top = temp.resolve("top-1.0");
        Files.createLink(top.resolve("z-other-name"), top.resolve("f"));
        Files.createLink(top.resolve("keep/y"), top.resolve("keep/x"));
        UpstreamArchive archive = UpstreamArchive.file(tar("--sort=name", "-cf", "a.tar"));
        String both = DIFF + "--- a/keep/y\n+++ b/keep/y\n@@ -1 +1 @@\n-#!/bin/sh\n+#!/bin/bash\n";
        Path tree = temp.resolve("out");
        Patches.apply(archive, PatchedOutput.directory(tree), patch(both), ApplyOptions.DEFAULT);
        Path again = temp.resolve("again/b.tar");
        Files.createDirectory(again.getParent());
        Patches.apply(archive, PatchedOutput.tar(again), patch(both), ApplyOptions.DEFAULT);
        assertThat(Tool.run(again.getParent(), "tar", "-xf", "b.tar").exit()).isZero();
        for (Path made : List.of(tree, temp.resolve("again/top-1.0"))) {
            assertThat(Trees.read(made))
                    .containsEntry("f", "-new\n")
                    .containsEntry("z-other-name", "-old\n")
                    .containsEntry("keep/x", "x#!/bin/sh\n")
                    .containsEntry("keep/y", "x#!/bin/bash\n");
        }
    }

    @Test
    void copiesWhatDoesNotChangeBitForBit() throws IOException {
        Files.writeString(temp.resolve("top-1.0/" + "long".repeat(60)), "x");
        byte[] archive = Files.readAllBytes(tar("--format=gnu", "--sort=name", "-cf", "a.tar"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Patches.apply(
                UpstreamArchive.of(
                        "a", Optional.of("top-1.0"), () -> new ByteArrayInputStream(archive)),
                PatchedOutput.stream(out),
                patch("--- a/keep/x\n+++ b/keep/x\n@@ -1 +1 @@\n-#!/bin/sh\n+#!/bin/SH\n"),
                ApplyOptions.DEFAULT);
        assertThat(out.size()).isEqualTo(archive.length);
        int differing = 0;
        for (int i = 0; i < archive.length; i++) {
            differing += archive[i] == out.toByteArray()[i] ? 0 : 1;
        }
        // The content of one file, and its header, written by another program.
        assertThat(differing).isBetween(2, 60);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../out", "/etc/x", "top-1.0/../../x", "other/x"})
    void refusesNamesThatLeadOut(String name) throws IOException {
        Path top = tar("-cf", "a.tar");
        Tool.Result more =
                Tool.run(
                        temp,
                        "tar",
                        "-rPf",
                        top.toString(),
                        "--transform=s,.*," + name + ",",
                        "top-1.0/f");
        assumeTrue(more.exit() == 0, "GNU tar cannot append");
        assertThatThrownBy(
                        () ->
                                Patches.apply(
                                        UpstreamArchive.file(top),
                                        PatchedOutput.directory(temp.resolve("out")),
                                        patch(DIFF),
                                        ApplyOptions.DEFAULT))
                .isInstanceOf(IOException.class);
        assertThat(temp.resolve("out")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc", "../x", "keep/../../x"})
    void refusesLinksThatLeadOut(String target) throws IOException {
        Files.createSymbolicLink(temp.resolve("top-1.0/link"), Path.of(target));
        UpstreamArchive archive = UpstreamArchive.file(tar("-cf", "a.tar"));
        assertThatThrownBy(
                        () ->
                                Patches.apply(
                                        archive,
                                        PatchedOutput.directory(temp.resolve("out")),
                                        patch(DIFF),
                                        ApplyOptions.DEFAULT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("leads out of the tree");
        assertThat(temp.resolve("out")).doesNotExist();
    }

    @Test
    void damageGivesNothingButTypedErrors() throws IOException {
        byte[] seed = Files.readAllBytes(tar("--format=pax", "-cf", "a.tar"));
        int accepted = 0;
        for (int round = 0; round < 3000; round++) {
            Random random = new Random(round);
            byte[] damaged = seed.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                int header = 512 * random.nextInt(12);
                damaged[header + random.nextInt(512)] = (byte) random.nextInt(256);
                if (random.nextInt(3) > 0) {
                    sum(damaged, header);
                }
            }
            byte[] archive =
                    random.nextInt(4) == 0
                            ? Arrays.copyOf(damaged, random.nextInt(seed.length))
                            : damaged;
            try {
                Patches.apply(
                        UpstreamArchive.of(
                                "a", Optional.empty(), () -> new ByteArrayInputStream(archive)),
                        PatchedOutput.stream(new ByteArrayOutputStream()),
                        patch(DIFF),
                        ApplyOptions.DEFAULT);
                accepted++;
            } catch (IOException | PatchException e) {
                assertThat(e.getMessage()).isNotBlank();
            } catch (RuntimeException | Error e) {
                throw new AssertionError("round " + round, e);
            }
        }
        assertThat(accepted).as("some damage is harmless").isBetween(100, 2900);
    }

    private static void sum(byte[] archive, int header) {
        int sum = 8 * ' ';
        for (int i = 0; i < 512; i++) {
            sum += i < 148 || i >= 156 ? archive[header + i] & 0xff : 0;
        }
        byte[] digits = String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, archive, header + 148, 8);
    }
}
