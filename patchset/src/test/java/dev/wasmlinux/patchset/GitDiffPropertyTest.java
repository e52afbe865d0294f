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
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What git says is the difference of two random trees turns the one into the other and back. */
class GitDiffPropertyTest {
    private static final String[] NAMES = {
        "a",
        "b.c",
        "dir/x",
        "dir/y z",
        "dir/sub/t\tab",
        "q\"uote",
        "\u00e4\u00f6",
        "\u00c3\u00a4",
        "new\nline",
        "deep/er/and/deeper",
        "link",
        "dir2/x",
        "-dash",
        "back\\slash",
        "a b/c d"
    };
    private static final String[][] FORMATS = {
        {"--binary", "-U3"},
        {"--binary", "-U0"},
        {"--binary", "-U1", "-M", "-C", "--find-copies-harder"},
        {"--binary", "-U10", "-M30%"},
        // With renames, -B leaves out the removal of what a renaming overwrites: git cannot apply
        // it.
        {"--binary", "-B", "--no-renames"},
        {"--binary", "--no-prefix", "-M"},
        {"--binary", "--patience", "--src-prefix=x/y/", "--dst-prefix=z/w/", "--no-renames"},
        {"--binary", "-U5", "--minimal", "--full-index"},
    };

    private static final int SEEDS = Integer.getInteger("property.seeds", 42);

    @TempDir private Path temp;

    static List<Integer> seeds() {
        List<Integer> seeds = new ArrayList<>();
        for (int i = 0; i < SEEDS; i++) {
            seeds.add(i);
        }
        return seeds;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void appliesAndReverses(int seed) throws IOException {
        assumeTrue(Tool.hasGit(), "git is not installed");
        Random random = new Random(seed);
        SortedMap<String, String> before = randomTree(random);
        SortedMap<String, String> after = edit(before, random);
        String[] format = FORMATS[seed % FORMATS.length];
        byte[] diff = diff(before, after, format);
        int strip = strip(format);
        if (diff.length == 0) {
            return;
        }
        List<PatchSource> patch = List.of(PatchSource.of("p" + seed, diff));
        Path tree = temp.resolve("tree");
        Trees.write(tree, before);
        ApplyOptions options = ApplyOptions.DEFAULT.withStrip(strip);

        Patches.apply(tree, patch, options.withDryRun(true));
        assertThat(Trees.read(tree)).as("dry run").isEqualTo(before);
        ApplyReport report = Patches.apply(tree, patch, options);
        assertThat(Trees.read(tree)).as(text(diff)).isEqualTo(after);
        assertThat(report.moved()).as("moved: %s %s", report, text(diff)).isFalse();

        Patches.apply(tree, patch, options.withReverse(true));
        assertThat(Trees.read(tree)).as(text(diff)).isEqualTo(before);
        applyToArchive(patch, options, new String[] {"ustar", "pax", "gnu"}[seed % 3], after);
    }

    /** The same from an archive: into a directory, and into another archive that tar unpacks. */
    private void applyToArchive(
            List<PatchSource> patch,
            ApplyOptions options,
            String format,
            SortedMap<String, String> after)
            throws IOException {
        Tool.Result made = Tool.run(temp, "tar", "--format=" + format, "-czf", "a.tgz", "tree");
        assumeTrue(made.exit() == 0, "GNU tar is not installed");
        UpstreamArchive archive = UpstreamArchive.file(temp.resolve("a.tgz"));
        Path unpacked = temp.resolve("unpacked");
        Patches.apply(archive, PatchedOutput.directory(unpacked), patch, options);
        assertThat(Trees.read(unpacked)).isEqualTo(after);

        Path repacked = temp.resolve("b.tar.xz");
        Patches.apply(archive, PatchedOutput.tar(repacked), patch, options);
        Path extracted = Files.createDirectory(temp.resolve("extracted"));
        Tool.Result extraction =
                Tool.run(extracted, "tar", "-xf", repacked.toString(), "--no-same-owner");
        assertThat(extraction.exit()).as(extraction.text()).isZero();
        assertThat(Trees.read(extracted.resolve("tree"))).isEqualTo(after);
    }

    private static int strip(String[] format) {
        for (String option : format) {
            if (option.equals("--no-prefix")) {
                return 0;
            }
            if (option.startsWith("--src-prefix")) {
                return 2;
            }
        }
        return 1;
    }

    private byte[] diff(
            SortedMap<String, String> before, SortedMap<String, String> after, String[] format)
            throws IOException {
        Path repository = temp.resolve("repository");
        Trees.write(repository, before);
        Tool.git(repository, "init", "-q");
        Tool.git(repository, "add", "-A", ".");
        Tool.git(repository, "commit", "-q", "--allow-empty", "-m", "before");
        try (var children = Files.list(repository)) {
            for (Path child : children.filter(c -> !c.endsWith(".git")).toList()) {
                delete(child);
            }
        }
        Trees.write(repository, after);
        Tool.git(repository, "add", "-A", ".");
        List<String> command = new ArrayList<>(List.of("diff", "--cached"));
        command.addAll(List.of(format));
        return Tool.git(repository, command.toArray(String[]::new));
    }

    private static void delete(Path path) throws IOException {
        if (Files.isDirectory(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            try (var children = Files.list(path)) {
                for (Path child : children.toList()) {
                    delete(child);
                }
            }
        }
        Files.delete(path);
    }

    private static String text(byte[] diff) {
        return new String(diff, StandardCharsets.ISO_8859_1);
    }

    private static SortedMap<String, String> randomTree(Random random) {
        SortedMap<String, String> tree = new TreeMap<>();
        for (String name : NAMES) {
            if (random.nextInt(3) > 0) {
                tree.put(name, randomNode(random));
            }
        }
        tree.put("always", Trees.file("1\n"));
        return tree;
    }

    private static String randomNode(Random random) {
        switch (random.nextInt(8)) {
            case 0:
                return "@" + (random.nextBoolean() ? "a" : "dir/x");
            case 1:
                return "x#!/bin/sh\n" + randomText(random);
            case 2:
                byte[] bytes = new byte[random.nextInt(3000)];
                random.nextBytes(bytes);
                return "-" + new String(bytes, StandardCharsets.ISO_8859_1);
            case 3:
                return "-";
            default:
                return "-" + randomText(random);
        }
    }

    private static String randomText(Random random) {
        StringBuilder text = new StringBuilder();
        int lines = random.nextInt(40);
        for (int i = 0; i < lines; i++) {
            text.append(randomLine(random));
        }
        if (random.nextInt(4) == 0 && text.length() > 0) {
            text.setLength(text.length() - 1);
        }
        return text.toString();
    }

    private static String randomLine(Random random) {
        return switch (random.nextInt(10)) {
            case 0 -> "\n";
            case 1 -> "- minus\n";
            case 2 -> "+++ plus\r\n";
            case 3 -> "--- a/b\n";
            case 4 -> "@@ -1 +1 @@\n";
            case 5 -> "\u00e9\u00ff latin\n";
            default -> "line " + random.nextInt(30) + "\n";
        };
    }

    private static SortedMap<String, String> edit(SortedMap<String, String> before, Random random) {
        SortedMap<String, String> after = new TreeMap<>();
        List<String> spare = new ArrayList<>();
        before.forEach(
                (name, node) -> {
                    switch (random.nextInt(9)) {
                        case 0 -> spare.add(node);
                        case 1 -> after.put(name, randomNode(random));
                        case 2, 3, 4 -> after.put(name, editNode(node, random));
                        default -> after.put(name, node);
                    }
                });
        for (String name : NAMES) {
            if (!after.containsKey(name) && random.nextInt(4) == 0) {
                boolean moved = !spare.isEmpty() && random.nextBoolean();
                after.put(
                        name,
                        moved
                                ? editNode(spare.remove(0), random)
                                : random.nextBoolean() && !before.isEmpty()
                                        ? before.get(before.firstKey())
                                        : randomNode(random));
            }
        }
        if (random.nextInt(3) == 0 && before.containsKey("a") && before.containsKey("b.c")) {
            after.put("a", before.get("b.c"));
            after.put("b.c", before.get("a"));
        }
        if (random.nextInt(3) == 0) {
            // A file in the place of a directory, or the other way round.
            after.keySet().removeIf(name -> name.startsWith("dir/"));
            if (random.nextBoolean()) {
                after.put("dir", randomNode(random));
            }
        }
        return after;
    }

    private static String editNode(String node, Random random) {
        if (node.startsWith("@")) {
            return "@other" + random.nextInt(3);
        }
        String kind = random.nextInt(5) == 0 ? "x" : node.substring(0, 1);
        List<String> lines = new ArrayList<>(List.of(node.substring(1).split("(?<=\n)", -1)));
        for (int i = random.nextInt(3) + 1; i > 0; i--) {
            int at = random.nextInt(lines.size());
            switch (random.nextInt(3)) {
                case 0 -> lines.add(at, randomLine(random));
                case 1 -> lines.set(at, randomLine(random));
                default -> {
                    if (lines.size() > 1) {
                        lines.remove(at);
                    }
                }
            }
        }
        return kind + String.join("", lines);
    }
}
