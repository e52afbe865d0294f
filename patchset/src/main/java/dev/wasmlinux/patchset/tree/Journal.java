/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.tree;

import dev.wasmlinux.patchset.diff.Names;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The record of a commit under way, in a directory of the tree:
 *
 * <pre>
 * journal     written before anything moves: one line for each path: a number, what the path had
 *             ("f" something, "-" nothing), what it gets, and its percent-encoded name; then one
 *             line for each directory that must be made, "d" and its name, outer ones first
 * new/N       what path number N gets, until it is moved there
 * old/N       what path number N had, once it was moved away
 * committed   exists once everything is in place: only tidying is left
 * </pre>
 *
 * <p>Every step is a renaming inside one file system, so that whoever finds the directory after a
 * crash can tell by the files that are there how far it got, and take everything back.
 */
final class Journal {
    /** A path of the journal. */
    record Step(int number, String name, boolean had, boolean gets) {}

    private final Path root;
    private final Path directory;
    private final List<Step> steps;
    private final List<String> directories;

    private Journal(Path root, List<Step> steps, List<String> directories) {
        this.root = root;
        this.directory = root.resolve(Names.JOURNAL);
        this.steps = List.copyOf(steps);
        this.directories = List.copyOf(directories);
    }

    /** The journal of a commit that is about to begin. */
    static Journal of(Path root, List<Step> steps) {
        SortedSet<String> missing = new TreeSet<>();
        for (Step step : steps) {
            String name = step.name();
            int slash = step.gets() ? name.lastIndexOf('/') : -1;
            while (slash > 0 && !missing.contains(name.substring(0, slash))) {
                String parent = name.substring(0, slash);
                if (Files.isDirectory(BytePaths.resolve(root, parent), LinkOption.NOFOLLOW_LINKS)) {
                    break;
                }
                missing.add(parent);
                slash = name.lastIndexOf('/', slash - 1);
            }
        }
        return new Journal(root, steps, List.copyOf(missing));
    }

    static Path directory(Path root) {
        return root.resolve(Names.JOURNAL);
    }

    Path fresh(Step step) {
        return directory.resolve("new").resolve(Integer.toString(step.number()));
    }

    private Path former(Step step) {
        return directory.resolve("old").resolve(Integer.toString(step.number()));
    }

    private Path target(Step step) {
        return BytePaths.resolve(root, step.name());
    }

    List<Step> steps() {
        return steps;
    }

    /** Writes the journal; from now on a crash is rolled back. */
    void write() throws IOException {
        StringBuilder text = new StringBuilder();
        for (Step step : steps) {
            text.append(step.number())
                    .append(step.had() ? " f" : " -")
                    .append(step.gets() ? " f " : " - ")
                    .append(BytePaths.encode(step.name()))
                    .append('\n');
        }
        for (String made : directories) {
            text.append("d ").append(BytePaths.encode(made)).append('\n');
        }
        text.append("end\n");
        Path draft = directory.resolve("journal.draft");
        Files.writeString(draft, text, StandardCharsets.US_ASCII);
        Files.move(draft, directory.resolve("journal"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Moves everything into place. */
    void run() throws IOException {
        for (Step step : steps) {
            if (step.had()) {
                Files.move(target(step), former(step), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        for (Step step : steps) {
            if (step.had() && !step.gets()) {
                pruneAbove(target(step));
            }
        }
        for (Step step : steps) {
            if (step.gets()) {
                Path target = target(step);
                if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
                    removeEmptyDirectories(target);
                }
                Files.createDirectories(target.getParent());
                Files.move(fresh(step), target, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        Files.createFile(directory.resolve("committed"));
    }

    /** Takes everything back that {@link #run()} did, as far as it got. */
    void rollBack() throws IOException {
        List<Step> backwards = new ArrayList<>(steps);
        Collections.reverse(backwards);
        for (Step step : backwards) {
            Path target = target(step);
            boolean arrived = step.gets() && !Files.exists(fresh(step), LinkOption.NOFOLLOW_LINKS);
            boolean movedAway = Files.exists(former(step), LinkOption.NOFOLLOW_LINKS);
            if (arrived && (movedAway || !step.had())) {
                Files.deleteIfExists(target);
            }
        }
        List<String> inner = new ArrayList<>(directories);
        Collections.reverse(inner);
        for (String made : inner) {
            Path path = BytePaths.resolve(root, made);
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                Files.delete(path);
            }
        }
        for (Step step : steps) {
            Path former = former(step);
            if (step.had() && Files.exists(former, LinkOption.NOFOLLOW_LINKS)) {
                Path target = target(step);
                Files.createDirectories(target.getParent());
                Files.move(former, target, StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }

    private void pruneAbove(Path removed) throws IOException {
        Path parent = removed.getParent();
        while (parent != null && !parent.equals(root)) {
            try {
                Files.delete(parent);
            } catch (DirectoryNotEmptyException e) {
                return;
            } catch (NoSuchFileException e) {
                // Pruned already for another file.
            }
            parent = parent.getParent();
        }
    }

    private static void removeEmptyDirectories(Path directory) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(directory)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new DirectoryNotEmptyException(directory.toString());
            }
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }

    /** Deletes the journal's directory with everything in it. */
    static void tidy(Path root) throws IOException {
        Path directory = directory(root);
        List<Path> all;
        try (Stream<Path> walk = Files.walk(directory)) {
            all = new ArrayList<>(walk.sorted(Comparator.reverseOrder()).toList());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        // Without its journal a half-deleted directory is tidied again instead of rolled back.
        Path journal = directory.resolve("journal");
        if (all.remove(journal)) {
            Files.delete(journal);
        }
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
    }

    /**
     * Rolls back what a crashed process left in a tree, or tidies up behind one that was done.
     *
     * @throws IOException if the journal is damaged, or something cannot be moved
     */
    static void recover(Path root) throws IOException {
        Path directory = directory(root);
        Path journal = directory.resolve("journal");
        if (Files.exists(journal) && !Files.exists(directory.resolve("committed"))) {
            List<Step> steps = new ArrayList<>();
            List<String> directories = new ArrayList<>();
            List<String> lines = Files.readAllLines(journal, StandardCharsets.US_ASCII);
            if (lines.isEmpty() || !lines.get(lines.size() - 1).equals("end")) {
                throw new IOException(journal + " is damaged; restore the tree from its source");
            }
            for (String line : lines.subList(0, lines.size() - 1)) {
                String[] fields = line.split(" ");
                if (fields[0].equals("d")) {
                    directories.add(BytePaths.decode(fields[1]));
                    continue;
                }
                steps.add(
                        new Step(
                                Integer.parseInt(fields[0]),
                                BytePaths.decode(fields[3]),
                                fields[1].equals("f"),
                                fields[2].equals("f")));
            }
            new Journal(root, steps, directories).rollBack();
        }
        tidy(root);
    }
}
