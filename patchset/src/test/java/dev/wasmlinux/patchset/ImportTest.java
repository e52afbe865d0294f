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
import java.nio.file.DirectoryNotEmptyException;
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

/** Series and mailboxes become sets. */
class ImportTest {
    private static final Manifest TEMPLATE =
            new Manifest(
                    "demo",
                    "d",
                    "MIT",
                    Version.of("1.0"),
                    VersionRange.parse("1.0"),
                    List.of(),
                    1,
                    List.of(),
                    Optional.empty(),
                    Optional.empty());
    private static final String FIRST = "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-1\n+2\n";
    private static final String SECOND = "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-2\n+3\n";

    @TempDir private Path temp;
    private Path tree;

    @BeforeEach
    void makeTree() throws IOException {
        tree = temp.resolve("tree");
        Trees.write(tree, new TreeMap<>(Map.of("f", "-1\n")));
    }

    private void write(String name, String text) throws IOException {
        Path file = temp.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void aDebianSeriesBecomesASet() throws IOException {
        write("q/series", "fix-it.patch\nsub/next.diff\n");
        write(
                "q/fix-it.patch",
                """
                Description: Fix it
                 It was broken
                 .
                 in two ways.
                Author: Jörg Müller <j@example.org>
                Origin: upstream, https://example.org/c/1
                Bug-Debian: https://bugs.debian.org/1
                License: GPL-2.0-only
                Last-Update: 2026-01-01
                ---
                This header follows DEP-3.
                """
                        + FIRST);
        write("q/sub/next.diff", SECOND);
        PatchSet set = PatchSet.importFrom(temp.resolve("q"), TEMPLATE, temp.resolve("set"));
        PatchEntry first = set.manifest().patches().get(0);
        assertThat(first.file()).isEqualTo("patches/0001-fix-it.patch");
        assertThat(first.title()).isEqualTo("Fix it");
        assertThat(first.author()).isEqualTo("Jörg Müller <j@example.org>");
        assertThat(first.license()).contains("GPL-2.0-only");
        assertThat(first.purpose()).isEqualTo("It was broken\n\nin two ways.");
        assertThat(first.upstreamStatus()).isEqualTo("accepted https://example.org/c/1");
        assertThat(first.sha256()).isPresent();
        assertThat(set.read(first.file()).orElseThrow())
                .isEqualTo(Files.readAllBytes(temp.resolve("q/fix-it.patch")));
        PatchEntry second = set.manifest().patches().get(1);
        assertThat(second.title()).isEqualTo("next.diff");
        assertThat(second.author()).isEqualTo("unknown");
        assertThat(second.upstreamStatus()).isEqualTo("no");
        set.applyTo(tree);
        assertThat(Trees.read(tree)).isEqualTo(Map.of("f", "-3\n"));
        assertThatThrownBy(
                        () -> PatchSet.importFrom(temp.resolve("q"), TEMPLATE, temp.resolve("set")))
                .isInstanceOf(DirectoryNotEmptyException.class);
    }

    @Test
    void aMailboxOfGitBecomesASetThatSaysTheSame() throws IOException {
        assumeTrue(Tool.hasGit(), "git is not installed");
        Path repository = temp.resolve("r");
        Trees.write(repository, new TreeMap<>(Map.of("f", "-1\n")));
        Tool.git(repository, "init", "-q");
        Tool.git(repository, "add", ".");
        Tool.git(repository, "commit", "-q", "-m", "base");
        Files.writeString(repository.resolve("f"), "2\n");
        // not as an argument: the locale may have no such letters
        Path message = temp.resolve("message");
        Files.writeString(
                message, "mm: größer\n\nWhy: because\nit was small.\n\nFixes: 1234 (\"x\")");
        Tool.git(repository, "commit", "-qaF", message.toString());
        Files.writeString(repository.resolve("f"), "3\n");
        Tool.git(
                repository,
                "commit",
                "-qam",
                "A subject that is so long that git has to fold it"
                        + " at some place in the header of the mail");
        String mails =
                new String(
                        Tool.git(repository, "format-patch", "--stdout", "HEAD~2"),
                        StandardCharsets.UTF_8);
        Files.writeString(
                temp.resolve("mails"),
                mails.replaceFirst(
                        "From: A <a@example.org>", "From: =?UTF-8?q?J=C3=B6rg?= <j@example.org>"));
        PatchSet set = PatchSet.importFrom(temp.resolve("mails"), TEMPLATE, temp.resolve("set"));
        PatchEntry first = set.manifest().patches().get(0);
        assertThat(first.file()).isEqualTo("patches/0001-mm-gr-er.patch");
        assertThat(first.title()).isEqualTo("mm: größer");
        assertThat(first.author()).isEqualTo("Jörg <j@example.org>");
        assertThat(first.purpose()).isEqualTo("Why: because\nit was small.\n\nFixes: 1234 (\"x\")");
        assertThat(set.manifest().patches().get(1).title())
                .isEqualTo(
                        "A subject that is so long that git has to fold it at some place in the"
                                + " header of the mail");
        assertThat(
                        Description.parse(
                                new String(
                                        set.read(first.file()).orElseThrow(),
                                        StandardCharsets.UTF_8)))
                .isEqualTo(
                        new Description(
                                first.title(),
                                first.author(),
                                Optional.empty(),
                                first.purpose(),
                                "no"));
        set.applyTo(tree);
        assertThat(Trees.read(tree)).isEqualTo(Map.of("f", "-3\n"));
    }

    @Test
    void readsWhatDep3Allows() {
        assertThat(Description.parse("Subject: [PATCH v2 3/4] x: y\nFrom: A\n\nText.\n").title())
                .isEqualTo("x: y");
        assertThat(Description.parse("fix: the thing\n\nmore: text\n"))
                .extracting(Description::title, Description::purpose)
                .containsExactly("fix: the thing", "more: text");
        assertThat(Description.parse("Some text\n\nForwarded: not-needed\n").upstreamStatus())
                .isEqualTo("not-needed");
        assertThat(Description.parse("Description: x\nBug: http://b/1\n").upstreamStatus())
                .isEqualTo("submitted http://b/1");
        assertThat(Description.parse("Description: x\nForwarded: yes\n").upstreamStatus())
                .isEqualTo("submitted");
        assertThat(Description.parse("Description: x\nApplied-Upstream: 7.0, http://c\n"))
                .extracting(Description::upstreamStatus)
                .isEqualTo("accepted 7.0, http://c");
        assertThat(Description.parse("Subject: =?UTF-8?q?gr=C3=B6=C3=9Fer?= =?utf-8?B?IMO8?=\n"))
                .extracting(Description::title)
                .isEqualTo("größer ü");
        assertThat(Description.parse("Subject: =?no-such?q?a?= =?UTF-8?q?=XY?=\n"))
                .extracting(Description::title)
                .isEqualTo("=?no-such?q?a?= =?UTF-8?q?=XY?=");
    }

    @Test
    void refusesWhatASetCannotSay() throws IOException {
        write("q/a.patch", FIRST);
        write("q/b.patch", "--- f\n+++ f\n@@ -1 +1 @@\n-2\n+3\n");
        write("q/series", "a.patch\nb.patch -p0\n");
        assertThatThrownBy(
                        () -> PatchSet.importFrom(temp.resolve("q"), TEMPLATE, temp.resolve("set")))
                .isInstanceOf(MalformedPatchException.class)
                .hasMessageContaining("strips 0 here and 1 before");
        write("q/series", "a.patch -R\n");
        assertThatThrownBy(
                        () -> PatchSet.importFrom(temp.resolve("q"), TEMPLATE, temp.resolve("set")))
                .isInstanceOf(MalformedPatchException.class)
                .hasMessageContaining("takes it back");
        assertThat(temp.resolve("set")).doesNotExist();
    }

    @Test
    void anyHeadingCanBeRead() {
        String seed =
                "Subject: =?UTF-8?q?a=20?= b\nDescription: x\n y\n .\nBug: b\n\nForwarded: no\nt\n";
        String pieces = "\n :=?Qq.-\0ä\tB";
        for (int round = 0; round < 5000; round++) {
            Random random = new Random(round);
            StringBuilder text = new StringBuilder(seed);
            for (int i = random.nextInt(6); i >= 0; i--) {
                int at = random.nextInt(text.length());
                if (random.nextBoolean()) {
                    text.insert(at, pieces.charAt(random.nextInt(pieces.length())));
                } else {
                    text.delete(at, Math.min(text.length(), at + random.nextInt(4)));
                }
            }
            Description read = Description.parse(text.toString());
            assertThat(read.title()).as("round %d", round).doesNotContain("\n");
            assertThat(read.author()).doesNotContain("\n");
        }
    }
}
