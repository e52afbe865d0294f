/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Patches of real source files, applied to files that have changed since, by this engine, by {@code
 * git apply} and by GNU {@code patch}: who accepts, and what comes out.
 *
 * <p>Without fuzz the engine agrees with git in everything (with {@code --unidiff-zero} for patches
 * without context), but that it never puts a hunk before an earlier one. With fuzz it agrees with
 * GNU patch. GNU patch without fuzz accepts more than git: it does not hold a hunk of line 1 to the
 * beginning of the file, and lets the context of two hunks overlap; and it expects the offset of
 * one hunk of the next one too, so that of several equal places it may choose another.
 */
class DifferentialTest {
    private static final int CASES = Integer.getInteger("differential.cases", 50);
    private static final int FIRST = Integer.getInteger("differential.first", 0);

    @TempDir private Path temp;

    private record Outcome(boolean accepted, String content) {}

    private List<Path> corpus() throws IOException {
        Path sources = Sources.directory();
        assumeTrue(sources != null, "no source archives: set WASM_LINUX_SOURCES");
        List<Path> files = new ArrayList<>();
        List<Path> archives;
        try (Stream<Path> children = Files.list(sources)) {
            archives =
                    children.filter(
                                    f ->
                                            f.getFileName()
                                                    .toString()
                                                    .matches("(musl|busybox)[-_].*\\.tar\\..*"))
                            .sorted()
                            .toList();
        }
        assumeTrue(!archives.isEmpty(), "neither musl nor busybox in " + sources);
        for (Path archive : archives) {
            Path tree = Files.createDirectory(temp.resolve("tree" + files.size()));
            Tool.Result tar = Tool.run(tree, "tar", "-xf", archive.toString());
            assumeTrue(tar.exit() == 0, "tar cannot read " + archive);
            try (Stream<Path> walk = Files.walk(tree)) {
                walk.filter(Files::isRegularFile).sorted().forEach(files::add);
            }
        }
        return files;
    }

    @Test
    void agreesWithGitAndWithGnuPatch() throws IOException {
        assumeTrue(Tool.hasGit() && Tool.hasPatch(), "git or patch is not installed");
        List<Path> corpus = corpus();
        int accepted = 0;
        int gnuDiffers = 0;
        int fuzzy = 0;
        int outOfOrder = 0;
        for (int seed = FIRST; seed < FIRST + CASES; seed++) {
            int number = seed;
            Random random = new Random(seed);
            String old = text(corpus, random);
            int context = new int[] {3, 3, 3, 1, 0}[random.nextInt(5)];
            String fresh = edit(old, random, 1 + random.nextInt(4));
            String target = random.nextInt(8) == 0 ? fresh : disturb(old, random);
            byte[] patch = diff(old, fresh, context);
            if (patch.length == 0) {
                continue;
            }
            Outcome ours = ours(target, patch, 0);
            Outcome git = git(target, patch, context);
            if (context == 0 && !ours.accepted() && git.accepted()) {
                // Git has put a hunk before an earlier one.
                outOfOrder++;
            } else {
                assertThat(ours).as(() -> describe("git " + number, patch, target)).isEqualTo(git);
            }
            Outcome gnu = gnu(target, patch, 0);
            gnuDiffers += ours.equals(gnu) ? 0 : 1;
            accepted += ours.accepted() ? 1 : 0;
            if (context > 0) {
                Outcome oursFuzzy = ours(target, patch, 2);
                assertThat(oursFuzzy)
                        .as(() -> describe("patch -F2", patch, target))
                        .isEqualTo(gnu(target, patch, 2));
                fuzzy += oursFuzzy.accepted() && !ours.accepted() ? 1 : 0;
            }
        }
        // The corpus is worth something only if every outcome occurs.
        assertThat(accepted).isBetween(CASES / 5, CASES * 4 / 5);
        assertThat(fuzzy).isPositive();
        assertThat(gnuDiffers).isLessThan(CASES / 4);
        assertThat(outOfOrder).isLessThan(CASES / 10);
    }

    private static String text(List<Path> corpus, Random random) throws IOException {
        while (true) {
            Path file = corpus.get(random.nextInt(corpus.size()));
            if (Files.size(file) > 0 && Files.size(file) < 60_000) {
                String text = Files.readString(file, StandardCharsets.ISO_8859_1);
                if (text.indexOf('\0') < 0) {
                    return text;
                }
            }
        }
    }

    private static List<String> lines(String text) {
        return new ArrayList<>(List.of(text.split("(?<=\n)")));
    }

    private static String edit(String text, Random random, int edits) {
        List<String> lines = lines(text);
        for (int i = 0; i < edits && !lines.isEmpty(); i++) {
            int at = random.nextInt(lines.size());
            switch (random.nextInt(4)) {
                case 0 -> lines.add(at, "\tint added_" + random.nextInt(100) + ";\n");
                case 1 -> lines.set(at, "/* " + random.nextInt(100) + " */\n");
                case 2 -> lines.remove(at);
                default ->
                        lines.subList(at, Math.min(lines.size(), at + random.nextInt(6))).clear();
            }
        }
        return String.join("", lines);
    }

    private static String disturb(String text, Random random) {
        List<String> lines = lines(text);
        for (int i = random.nextInt(4); i > 0 && !lines.isEmpty(); i--) {
            int at = random.nextInt(lines.size());
            int end = Math.min(lines.size(), at + 1 + random.nextInt(12));
            switch (random.nextInt(5)) {
                case 0 -> lines.addAll(at, List.copyOf(lines.subList(at, end)));
                case 1 -> lines.add(0, "/* first */\n");
                case 2 -> lines.add("/* last */\n");
                case 3 -> lines.set(at, lines.get(at).stripTrailing() + " \n");
                default -> lines.subList(at, Math.min(end, at + 3)).clear();
            }
        }
        return String.join("", lines);
    }

    private byte[] diff(String old, String fresh, int context) throws IOException {
        Path directory = Files.createTempDirectory(temp, "diff");
        write(directory.resolve("a/f"), old);
        write(directory.resolve("b/f"), fresh);
        Tool.Result result =
                Tool.run(
                        directory,
                        "git",
                        "diff",
                        "--no-index",
                        "--no-prefix",
                        "-U" + context,
                        "a/f",
                        "b/f");
        return result.output();
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private Path tree(String target, byte[] patch) throws IOException {
        Path directory = Files.createTempDirectory(temp, "t");
        write(directory.resolve("f"), target);
        Files.write(directory.resolve("p"), patch);
        return directory;
    }

    private static Outcome outcome(boolean accepted, Path tree) throws IOException {
        return new Outcome(
                accepted,
                accepted ? Files.readString(tree.resolve("f"), StandardCharsets.ISO_8859_1) : "");
    }

    private Outcome ours(String target, byte[] patch, int fuzz) throws IOException {
        Path tree = tree(target, patch);
        try {
            Patches.apply(
                    tree,
                    List.of(PatchSource.file(tree.resolve("p"))),
                    ApplyOptions.DEFAULT.withFuzz(fuzz));
            return outcome(true, tree);
        } catch (PatchDoesNotFitException e) {
            return outcome(false, tree);
        }
    }

    private Outcome git(String target, byte[] patch, int context) throws IOException {
        Path tree = tree(target, patch);
        // One hunk of line 1 without context is taken for the replacement of a whole file.
        String text = new String(patch, StandardCharsets.ISO_8859_1);
        boolean whole =
                text.matches("(?s)[^@]*\n@@ -[01](,[0-9]+)? .[01][ ,].*")
                        && text.split("\n@@ ").length == 2;
        Tool.Result result =
                context == 0 && !whole
                        ? Tool.run(tree, "git", "apply", "--unidiff-zero", "p")
                        : Tool.run(tree, "git", "apply", "p");
        return outcome(result.exit() == 0, tree);
    }

    private Outcome gnu(String target, byte[] patch, int fuzz) throws IOException {
        Path tree = tree(target, patch);
        Tool.Result result =
                Tool.run(
                        tree,
                        "patch",
                        "-p1",
                        "-f",
                        "-N",
                        "--no-backup-if-mismatch",
                        "-F" + fuzz,
                        "-i",
                        "p");
        return outcome(result.exit() == 0, tree);
    }

    private static String describe(String other, byte[] patch, String target) {
        return "against "
                + other
                + "\n"
                + new String(patch, StandardCharsets.ISO_8859_1)
                + "\n=== target\n"
                + target;
    }
}
