/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.patchset.manifest.ManifestReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged input of every kind is answered with the typed errors, and with nothing else. */
class FuzzTest {
    private static final String[] PIECES = {
        "\n",
        "--- a/f\n",
        "+++ b/f\n",
        "@@ -1,3 +1,3 @@\n",
        "@@ -0,0 +1 @@\n",
        "+x\n",
        "-1\n",
        " 1\n",
        "\\ No newline\n",
        "diff --git a/f b/f\n",
        "diff --git \"a/f\" b/f\n",
        "new file mode 100644\n",
        "deleted file mode 120000\n",
        "old mode 100644\n",
        "new mode 100755\n",
        "rename from f\n",
        "rename to g\n",
        "copy from f\n",
        "copy to h\n",
        "GIT binary patch\n",
        "literal 3\n",
        "delta 9\n",
        "index " + "1".repeat(40) + ".." + "2".repeat(40) + " 100644\n",
        "\"",
        "\\",
        "/",
        "../",
        "\0",
        "9999999999",
        "-- \n",
        "From 1111111111111111111111111111111111111111 x\n",
    };

    @TempDir private Path temp;

    private static byte[] seed() throws IOException {
        try (InputStream in = FuzzTest.class.getResourceAsStream("fuzz-seed.patch")) {
            return in.readAllBytes();
        }
    }

    @Test
    void patches() throws IOException {
        byte[] seed = seed();
        SortedMap<String, String> before = new TreeMap<>();
        before.put("f", "-1\n2\n3\n");
        before.put("d/b.bin", "-\0\1\2\3");
        Path tree = temp.resolve("tree");
        Trees.write(tree, before);
        int accepted = 0;
        for (int round = 0; round < 6000; round++) {
            byte[] patch = mutate(seed, new Random(round));
            ApplyOptions options =
                    new ApplyOptions(round % 3 == 2 ? 0 : 1, round % 5, round % 2 == 1, true, true);
            try {
                Patches.apply(tree, List.of(PatchSource.of("p", patch)), options);
                accepted++;
            } catch (PatchException e) {
                assertThat(e.line()).isPositive();
                assertThat(e.getMessage()).startsWith("p:" + e.line());
            } catch (RuntimeException | Error e) {
                throw new AssertionError(
                        "round " + round + ": " + new String(patch, StandardCharsets.ISO_8859_1),
                        e);
            }
        }
        assertThat(accepted).as("some damage is harmless").isBetween(1, 5000);
        assertThat(Trees.read(tree)).isEqualTo(before);
    }

    @Test
    void mailboxesAndSeries() throws IOException {
        String mail =
                """
                From 1111111111111111111111111111111111111111 Mon Sep 17 00:00:00 2001
                From: =?UTF-8?q?J=C3=B6rg?= <j@example.org>
                Subject: [PATCH] x
                Content-Transfer-Encoding: quoted-printable

                text
                ---
                --- a/f
                +++ b/f
                @@ -1 +1 @@
                -1
                +2
                """;
        Path box = temp.resolve("box");
        Path series = Files.createDirectory(temp.resolve("q")).resolve("series");
        Files.writeString(temp.resolve("q/a.patch"), mail);
        int accepted = 0;
        for (int round = 0; round < 3000; round++) {
            Random random = new Random(round);
            boolean inBox = round % 3 > 0;
            byte[] seed =
                    (inBox ? mail + "\n" + mail : "a.patch -p1 # x\n\na.patch -R\n").getBytes();
            byte[] text = mutate(seed, random);
            Path input = Files.write(inBox ? box : series, text);
            try {
                accepted += Patches.read(input).size();
            } catch (PatchException e) {
                assertThat(e.line()).isPositive();
            } catch (RuntimeException | Error e) {
                throw new AssertionError(
                        "round " + round + ": " + new String(text, StandardCharsets.ISO_8859_1), e);
            }
        }
        assertThat(accepted).isPositive();
    }

    @Test
    void manifests() {
        byte[] seed =
                """
                {"schema":1,"component":"demo","description":"d","license":"MIT",
                 "upstream":{"version":"1.0","range":"[1.0,2)"},"strip":1,
                 "sources":[{"file":"f","sha256":"%s","urls":["https://x/y"],"size":5}],
                 "patches":[{"file":"a.patch","title":"t","author":"a","purpose":"p",
                             "upstreamStatus":"no"}],
                 "overlay":{"directory":"overlay","executable":["*.py"],"replace":[]}}
                """
                        .formatted("a".repeat(64))
                        .getBytes(StandardCharsets.UTF_8);
        for (int round = 0; round < 20_000; round++) {
            byte[] text = mutate(seed, new Random(round));
            try {
                ManifestReader.read("m", text);
            } catch (ManifestException e) {
                assertThat(e.getMessage()).startsWith("m:");
            } catch (RuntimeException | Error e) {
                throw new AssertionError(
                        "round " + round + ": " + new String(text, StandardCharsets.ISO_8859_1), e);
            }
        }
    }

    private static byte[] mutate(byte[] seed, Random random) {
        StringBuilder text = new StringBuilder(new String(seed, StandardCharsets.ISO_8859_1));
        for (int i = random.nextInt(4) + 1; i > 0 && text.length() > 0; i--) {
            int at = random.nextInt(text.length());
            int length = Math.min(random.nextInt(60), text.length() - at);
            switch (random.nextInt(6)) {
                case 0 -> text.setCharAt(at, (char) random.nextInt(256));
                case 1 -> text.delete(at, at + length);
                case 2 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
                case 3 -> {
                    int line = text.indexOf("\n", at) + 1;
                    text.insert(line, PIECES[random.nextInt(PIECES.length)]);
                }
                case 4 ->
                        text.insert(random.nextInt(text.length()), text.substring(at, at + length));
                default -> text.setLength(at);
            }
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
