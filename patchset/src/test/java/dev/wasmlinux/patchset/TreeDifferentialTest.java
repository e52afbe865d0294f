/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Patches over many files of real trees, with renames, copies, modes, links and binary changes,
 * applied to trees that have changed since, by this engine and by {@code git apply}: the same
 * acceptance, the same refusal, the same bytes, and an untouched tree after a refusal.
 */
class TreeDifferentialTest {
    private static final int CASES = Integer.getInteger("differential.trees", 20);
    private static final int FIRST = Integer.getInteger("differential.first", 0);

    @TempDir private Path temp;

    @Test
    void agreesWithGitOnWholeTrees() throws IOException {
        assumeTrue(Tool.hasGit(), "git is not installed");
        List<Path> corpus = corpus();
        int accepted = 0;
        int actions = 0;
        for (int seed = FIRST; seed < FIRST + CASES; seed++) {
            Random random = new Random(seed);
            Path place = Files.createDirectory(temp.resolve("case" + seed));
            SortedMap<String, String> before = tree(corpus, random);
            SortedMap<String, String> after = edit(before, random, 1 + random.nextInt(5));
            SortedMap<String, String> target =
                    random.nextInt(3) == 0
                            ? before
                            : disturb(before, after, random, 1 + random.nextInt(3));
            byte[] patch = diff(place, before, after, random);
            if (patch.length == 0) {
                continue;
            }
            Path file = Files.write(place.resolve("p"), patch);
            Trees.write(place.resolve("git"), target);
            Trees.write(place.resolve("ours"), target);
            boolean git = Tool.run(place.resolve("git"), "git", "apply", "../p").exit() == 0;
            boolean ours = true;
            String problem = "";
            try {
                Patches.apply(
                        place.resolve("ours"),
                        List.of(PatchSource.file(file)),
                        ApplyOptions.DEFAULT);
            } catch (PatchException e) {
                ours = false;
                problem = e.getMessage();
            }
            String about = "case " + seed + " " + problem + "\n" + text(patch);
            assertThat(ours).as(about).isEqualTo(git);
            assertThat(Trees.read(place.resolve("ours")))
                    .as(about)
                    .isEqualTo(Trees.read(place.resolve("git")));
            if (!ours) {
                assertThat(Trees.read(place.resolve("ours"))).as(about).isEqualTo(target);
            }
            accepted += ours ? 1 : 0;
            actions += text(patch).split("(?m)^diff --git ").length - 1;
        }
        // The corpus is worth something only if both outcomes occur, over many files.
        assertThat(accepted).isBetween(CASES / 5, CASES * 4 / 5);
        assertThat(actions).isGreaterThan(CASES * 2);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private List<Path> corpus() throws IOException {
        Path sources = Sources.directory();
        assumeTrue(sources != null, "no source archives: set WASM_LINUX_SOURCES");
        List<Path> files = new ArrayList<>();
        List<Path> archives;
        try (Stream<Path> children = Files.list(sources)) {
            archives =
                    children.filter(f -> f.toString().matches(".*/(musl|busybox)[-_][^/]*"))
                            .sorted()
                            .toList();
        }
        assumeTrue(!archives.isEmpty(), "neither musl nor busybox in " + sources);
        for (Path archive : archives) {
            Path unpacked = temp.resolve("corpus" + files.size());
            Patches.apply(
                    UpstreamArchive.file(archive),
                    PatchedOutput.directory(unpacked),
                    List.of(),
                    ApplyOptions.DEFAULT);
            try (Stream<Path> walk = Files.walk(unpacked)) {
                walk.filter(f -> Files.isRegularFile(f, LinkOption.NOFOLLOW_LINKS))
                        .sorted()
                        .forEach(files::add);
            }
        }
        return files;
    }

    /** A dozen files of one neighbourhood, with their names and modes. */
    private static SortedMap<String, String> tree(List<Path> corpus, Random random)
            throws IOException {
        SortedMap<String, String> tree = new TreeMap<>();
        int at = random.nextInt(corpus.size());
        while (tree.size() < 12) {
            Path file = corpus.get((at + random.nextInt(60)) % corpus.size());
            int names = file.getNameCount();
            if (Files.size(file) < 40_000) {
                String name = file.subpath(Math.max(0, names - 3), names).toString();
                String mode = Files.isExecutable(file) ? "x" : "-";
                tree.put(name, mode + text(Files.readAllBytes(file)));
            }
        }
        return tree;
    }

    private static SortedMap<String, String> edit(
            SortedMap<String, String> before, Random random, int edits) {
        SortedMap<String, String> after = new TreeMap<>(before);
        for (int i = 0; i < edits; i++) {
            List<String> names = List.copyOf(after.keySet());
            String name = names.get(random.nextInt(names.size()));
            String node = after.get(name);
            if (node.startsWith("@")) {
                after.put(name, "@" + random.nextInt(5));
                continue;
            }
            switch (random.nextInt(10)) {
                case 0 -> after.remove(name);
                case 1 -> after.put(name + "-new", "-fresh " + random.nextInt(9) + "\n");
                case 2 -> {
                    after.remove(name);
                    after.put("moved/" + name, editText(node, random));
                }
                case 3 -> after.put(name + ".copy", editText(node, random));
                case 4 -> after.put(name, (node.startsWith("x") ? "-" : "x") + node.substring(1));
                case 5 -> after.put(name, node.charAt(0) + "\0\1" + node.substring(1));
                case 6 -> after.put(name + ".link", "@" + random.nextInt(5));
                default -> after.put(name, editText(node, random));
            }
        }
        return after;
    }

    private static String editText(String node, Random random) {
        List<String> lines = new ArrayList<>(List.of(node.substring(1).split("(?<=\n)")));
        int at = random.nextInt(lines.size());
        switch (random.nextInt(4)) {
            case 0 -> lines.add(at, "\tint added_" + random.nextInt(100) + ";\n");
            case 1 -> lines.set(at, "/* " + random.nextInt(100) + " */\n");
            case 2 -> lines.add(at, "same\nsame\nsame\n");
            default -> lines.remove(at);
        }
        return node.charAt(0) + String.join("", lines);
    }

    /** What may happen to a tree after a patch was made; mostly where the patch is. */
    private static SortedMap<String, String> disturb(
            SortedMap<String, String> before,
            SortedMap<String, String> after,
            Random random,
            int times) {
        SortedMap<String, String> target = new TreeMap<>(before);
        List<String> touched =
                before.keySet().stream()
                        .filter(name -> !before.get(name).equals(after.get(name)))
                        .toList();
        List<String> made =
                after.keySet().stream().filter(name -> !before.containsKey(name)).toList();
        for (int i = 0; i < times; i++) {
            List<String> from = touched.isEmpty() ? List.copyOf(before.keySet()) : touched;
            String name = from.get(random.nextInt(from.size()));
            String node = target.get(name);
            switch (random.nextInt(8)) {
                case 0 -> target.remove(name);
                case 1 -> {
                    if (!made.isEmpty()) {
                        target.put(made.get(random.nextInt(made.size())), "-in the way\n");
                    }
                }
                case 2 -> {
                    if (after.containsKey(name)) {
                        target.put(name, after.get(name));
                    }
                }
                default -> {
                    if (node != null && !node.startsWith("@")) {
                        target.put(name, editText(node, random));
                    }
                }
            }
        }
        return target;
    }

    private static byte[] diff(
            Path place,
            SortedMap<String, String> before,
            SortedMap<String, String> after,
            Random random)
            throws IOException {
        Path repository = place.resolve("repository");
        Trees.write(repository, before);
        Tool.git(repository, "init", "-q");
        Tool.git(repository, "add", "-A", ".");
        Tool.git(repository, "commit", "-q", "-m", "before");
        for (String name : before.keySet()) {
            Files.delete(repository.resolve(name));
        }
        Trees.write(repository, after);
        Tool.git(repository, "add", "-A", ".");
        List<String> command = new ArrayList<>(List.of("diff", "--cached", "--binary"));
        command.addAll(
                switch (random.nextInt(3)) {
                    case 0 -> List.of("--no-renames");
                    case 1 -> List.of("-M", "-C", "--find-copies-harder");
                    default -> List.of("-M", "-U1");
                });
        return Tool.git(repository, command.toArray(String[]::new));
    }
}
