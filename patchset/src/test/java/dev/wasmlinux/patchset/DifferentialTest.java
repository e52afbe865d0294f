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
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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
 * GNU patch. Without fuzz GNU patch differs from git, and from the engine, for the reasons in
 * {@link Reason}, and for no other.
 */
class DifferentialTest {
    private static final int CASES = Integer.getInteger("differential.cases", 50);
    private static final int FIRST = Integer.getInteger("differential.first", 0);

    /** Why GNU patch does something else than git, both without fuzz. */
    private enum Reason {
        /**
         * Git holds a hunk to the beginning of the file if it is for line 1, and to the end if no
         * context follows its changes. GNU patch accepts it elsewhere too.
         */
        GIT_HOLDS_TO_AN_END,
        /**
         * GNU patch holds a hunk to that end of the file where it has less context than at the
         * other one. Git accepts it elsewhere too.
         */
        GNU_HOLDS_TO_AN_END,
        /**
         * The lines of a hunk occur several times, or it has none. Git takes the place nearest to
         * the number in the hunk; GNU patch expects that it has moved as far as the hunk before it.
         */
        SEVERAL_PLACES,
        /** GNU patch lets one hunk begin in the lines that another one has matched. */
        OVERLAP
    }

    @TempDir private Path temp;

    private record Hunk(int start, int leading, int trailing, String old) {}

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
        Map<Reason, Integer> reasons = new EnumMap<>(Reason.class);
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
            if (!ours.equals(gnu)) {
                String about = describe("GNU patch " + number, patch, target);
                reasons.merge(reason(ours, gnu, patch, target, about), 1, Integer::sum);
            }
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
        assertThat(reasons.values().stream().mapToInt(n -> n).sum()).isLessThan(CASES / 4);
        assertThat(outOfOrder).isLessThan(CASES / 10);
    }

    /** The reason of a difference; a failure if there is none. */
    private static Reason reason(
            Outcome ours, Outcome gnu, byte[] patch, String target, String about) {
        List<Hunk> hunks = hunks(new String(patch, StandardCharsets.ISO_8859_1));
        if (!gnu.accepted()) {
            assertThat(hunks).as(about).anyMatch(hunk -> hunk.leading() != hunk.trailing());
            return Reason.GNU_HOLDS_TO_AN_END;
        }
        if (!ours.accepted()
                && hunks.stream().anyMatch(hunk -> hunk.start() <= 1 || hunk.trailing() == 0)) {
            return Reason.GIT_HOLDS_TO_AN_END;
        }
        boolean several =
                hunks.stream()
                        .anyMatch(
                                hunk ->
                                        hunk.old().isEmpty()
                                                || target.indexOf(hunk.old())
                                                        != target.lastIndexOf(hunk.old()));
        if (several) {
            return Reason.SEVERAL_PLACES;
        }
        int[] places = hunks.stream().mapToInt(hunk -> target.indexOf(hunk.old())).toArray();
        boolean overlap = false;
        for (int i = 1; i < places.length; i++) {
            overlap |= places[i] < places[i - 1] + hunks.get(i - 1).old().length();
        }
        assertThat(overlap).as(about).isTrue();
        return Reason.OVERLAP;
    }

    private static List<Hunk> hunks(String patch) {
        List<Hunk> hunks = new ArrayList<>();
        for (String text : patch.split("(?m)^(?=@@ -)")) {
            if (!text.startsWith("@@ -")) {
                continue;
            }
            int start = Integer.parseInt(text.substring(4).split("[, ]")[0]);
            List<String> body = lines(text).subList(1, lines(text).size());
            int leading = 0;
            while (body.get(leading).startsWith(" ")) {
                leading++;
            }
            int trailing = 0;
            StringBuilder old = new StringBuilder();
            for (String line : body) {
                if (line.startsWith("\\")) {
                    old.setLength(Math.max(0, old.length() - 1));
                } else {
                    trailing = line.startsWith(" ") ? trailing + 1 : 0;
                    old.append(line.startsWith("+") ? "" : line.substring(1));
                }
            }
            hunks.add(new Hunk(start, leading, trailing, old.toString()));
        }
        return hunks;
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
