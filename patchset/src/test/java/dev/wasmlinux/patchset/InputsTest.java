/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputsTest {
    private static final String DIFF =
            "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n 1\n-2\n+zw\u00f6lf = 12\n";
    private static final String MAIL =
            "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n"
                    + "From: A <a@example.org>\nSubject: [PATCH 1/2] x\n%s\n"
                    + "Look-alikes in the message:\n+++ b/f\n@@ -9 +9 @@\n-9\n+8\n\n";

    @TempDir private Path temp;
    private Path tree;

    @BeforeEach
    void makeTree() throws IOException {
        tree = temp.resolve("tree");
        Trees.write(tree, new TreeMap<>(Map.of("f", "-1\n2\n")));
    }

    private Path write(String name, String text) throws IOException {
        Path file = temp.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private String applied(Path input) throws IOException {
        Patches.apply(tree, Patches.read(input), ApplyOptions.DEFAULT);
        return Trees.read(tree).get("f");
    }

    @Test
    void readsWhatGitFormatsAndAppliesTheSame() throws IOException {
        assumeTrue(Tool.hasGit(), "git is not installed");
        Tool.git(tree, "init", "-q");
        Tool.git(tree, "add", "f");
        Tool.git(tree, "commit", "-qm", "first");
        String message =
                "second: \u00c3\u00bc\n\nFrom the beginning.\n+++ text\n diff\n\nFrom here on";
        Files.writeString(tree.resolve("f"), "1\n2\n3\n");
        Tool.git(tree, "commit", "-qam", message);
        Files.writeString(tree.resolve("f"), "1\n2\nthree\n");
        Files.writeString(tree.resolve("g"), "From now on\n");
        Tool.git(tree, "add", "-A");
        Tool.git(tree, "commit", "-qm", "third");
        byte[] box = Tool.git(tree, "format-patch", "--stdout", "HEAD~2");
        Tool.git(tree, "reset", "-q", "--hard", "HEAD~2");
        Path mailbox = Files.write(temp.resolve("box"), box);
        assertThat(Patches.read(mailbox)).hasSize(2);
        assertThat(applied(mailbox)).isEqualTo("-1\n2\nthree\n");
        assertThat(Trees.read(tree)).containsEntry("g", "-From now on\n");
    }

    @Test
    void takesErrorsToTheLineOfTheMailbox() throws IOException {
        String text = MAIL.formatted("") + "---\n" + DIFF.replace("-2", "-x");
        Path box = write("box", MAIL.formatted("") + "---\n" + DIFF + "-- \n2\n\n" + text);
        long header = text.substring(0, text.indexOf("@@ -1,2")).lines().count() + 1;
        long before =
                Files.readString(box, StandardCharsets.ISO_8859_1).lines().count()
                        - text.lines().count();
        assertThatThrownBy(() -> applied(box))
                .isInstanceOf(PatchDoesNotFitException.class)
                .hasMessageContaining(":" + (before + header) + ":");
        assertThat(Trees.read(tree)).containsEntry("f", "-1\n2\n");
    }

    @Test
    void decodesQuotedPrintableAndBase64() throws IOException {
        String quoted = DIFF.replace("=", "=3D").replace("\u00f6", "=\n=F6");
        Path mail =
                write(
                        "m.eml",
                        "Subject: x\nContent-Type: text/plain; charset=iso-8859-1\n"
                                + "Content-Transfer-Encoding:\n quoted-printable\n\nhello\n---\n"
                                + quoted);
        assertThat(applied(mail)).isEqualTo("-1\nzw\u00f6lf =3D 12\n".replace("=3D", "="));
        Trees.write(tree, new TreeMap<>(Map.of("f", "-1\n2\n")));
        String base64 =
                Base64.getMimeEncoder()
                        .encodeToString(("x\n---\n" + DIFF).getBytes(StandardCharsets.ISO_8859_1));
        Path second = write("b.eml", "Subject: x\nContent-Transfer-Encoding: BASE64\n\n" + base64);
        assertThat(applied(second)).isEqualTo("-1\nzw\u00f6lf = 12\n");
    }

    @Test
    void takesBackTheCarriageReturnsOfTheTransport() throws IOException {
        String mail = MAIL.formatted("") + "---\n" + DIFF;
        Path box = write("box", mail.replace("\n", "\r\n"));
        assertThat(applied(box)).isEqualTo("-1\nzw\u00f6lf = 12\n");
    }

    @Test
    void refusesMailsItCannotRead() throws IOException {
        Path multipart =
                write("m", MAIL.formatted("Content-Type: multipart/mixed; boundary=x\n") + DIFF);
        assertThatThrownBy(() -> Patches.read(multipart))
                .isInstanceOf(MalformedPatchException.class)
                .hasMessageContaining("several parts");
        Path damaged =
                write("d", MAIL.formatted("Content-Transfer-Encoding: quoted-printable\n") + "=X");
        assertThatThrownBy(() -> Patches.read(damaged))
                .isInstanceOf(MalformedPatchException.class)
                .hasMessageContaining("quoted-printable");
        Path cover = write("c", "Subject: cover\n\nhello\n");
        assertThatThrownBy(() -> Patches.read(cover))
                .isInstanceOf(MalformedPatchException.class)
                .hasMessageContaining("no patch");
    }

    @Test
    void readsQuiltSeries() throws IOException {
        write("q/one.patch", "Description: x\n\n" + DIFF);
        write("q/sub/two.diff", "--- f\n+++ f\n@@ -1,2 +1,3 @@\n 1\n zw\u00f6lf = 12\n+3\n");
        write("q/back.patch", "--- a/f\n+++ b/f\n@@ -1,3 +1,2 @@\n-0\n 1\n zw\u00f6lf = 12\n");
        write("q/series", "# comment\n\none.patch  # why\nsub/two.diff -p0\n");
        assertThat(applied(temp.resolve("q"))).isEqualTo("-1\nzw\u00f6lf = 12\n3\n");
        write("q/series", "sub/two.diff -p0 -R\nback.patch -R\n");
        assertThat(applied(temp.resolve("q/series"))).isEqualTo("-0\n1\nzw\u00f6lf = 12\n");
        Patches.apply(
                tree,
                Patches.read(temp.resolve("q/series")),
                ApplyOptions.DEFAULT.withReverse(true));
        assertThat(Trees.read(tree)).containsEntry("f", "-1\nzw\u00f6lf = 12\n3\n");
        write("q/series", "nothing.patch\n");
        assertThatThrownBy(() -> Patches.read(temp.resolve("q")))
                .hasMessageContaining("series:1: the patch nothing.patch is missing");
        write("q/series", "one.patch --fuzz\n");
        assertThatThrownBy(() -> Patches.read(temp.resolve("q")))
                .isInstanceOf(MalformedPatchException.class);
    }

    @Test
    void readsADirectoryOfPatchesInOrder() throws IOException {
        write("d/0001.patch", DIFF);
        write("d/0002.patch", "--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n 1\n zw\u00f6lf = 12\n+3\n");
        write("d/readme", "");
        assertThat(applied(temp.resolve("d"))).isEqualTo("-1\nzw\u00f6lf = 12\n3\n");
    }
}
