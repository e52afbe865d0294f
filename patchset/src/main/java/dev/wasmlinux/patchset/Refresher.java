/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import dev.wasmlinux.patchset.content.Content;
import dev.wasmlinux.patchset.content.RandomBytes;
import dev.wasmlinux.patchset.content.Scratch;
import dev.wasmlinux.patchset.diff.FilePatch;
import dev.wasmlinux.patchset.diff.Names;
import dev.wasmlinux.patchset.diff.PatchParser;
import dev.wasmlinux.patchset.manifest.ManifestWriter;
import dev.wasmlinux.patchset.tree.BaseTree;
import dev.wasmlinux.patchset.tree.BytePaths;
import dev.wasmlinux.patchset.tree.DirectoryTree;
import dev.wasmlinux.patchset.tree.Node;
import dev.wasmlinux.patchset.tree.Stage;
import dev.wasmlinux.patchset.write.DiffWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Writes a set anew from an edited tree. */
final class Refresher {
    private static final String NEW_PATCH = "patches/9999-not-described-yet.patch";

    /** What a patch makes of each path it touches. */
    private record Step(
            PatchSource patch, SortedMap<String, Node> before, SortedMap<String, Node> after) {}

    private final PatchSet set;
    private final BaseTree upstream;
    private final BaseTree edited;
    private final Path upstreamRoot;
    private final Path editedRoot;
    private final Path output;
    private final Map<String, Integer> lastPatch = new HashMap<>();

    Refresher(PatchSet set, Path upstream, Path edited, Path output) throws IOException {
        this.set = set;
        this.upstreamRoot = upstream;
        this.editedRoot = edited;
        this.upstream = new DirectoryTree(upstream);
        this.edited = new DirectoryTree(edited);
        this.output = output;
    }

    PatchSet run(int fuzz) throws IOException {
        Files.createDirectories(output);
        try (Stream<Path> there = Files.list(output)) {
            if (there.findAny().isPresent()) {
                throw new DirectoryNotEmptyException(output.toString());
            }
        }
        try (Scratch scratch = new Scratch()) {
            List<Step> steps = steps(scratch, fuzz);
            for (Map.Entry<String, Integer> touched : lastPatch.entrySet()) {
                put(steps.get(touched.getValue()).after(), touched.getKey());
            }
            writeSet(steps);
        }
        PatchSet draft = PatchSet.load(output);
        Verification verification = draft.verify(UpstreamTree.directory(upstreamRoot));
        Manifest pinned =
                draft.manifest()
                        .withPatches(
                                draft.manifest().patches(),
                                Optional.of(verification.patchedDigest()));
        write(Manifest.FILE_NAME, ManifestWriter.write(pinned));
        return PatchSet.load(output);
    }

    private void put(Map<String, Node> nodes, String path) throws IOException {
        nodes.put(path, leaf(edited.lookup(path)));
    }

    private static Node leaf(Node node) {
        return node instanceof Node.Directory ? null : node;
    }

    private List<Step> steps(Scratch scratch, int fuzz) throws IOException {
        ApplyOptions options =
                ApplyOptions.DEFAULT
                        .withDryRun(true)
                        .withFuzz(fuzz)
                        .withStrip(set.manifest().strip());
        Stage stage = new Stage(upstream);
        Map<String, Node> current = new HashMap<>();
        List<Step> steps = new ArrayList<>();
        for (PatchSource patch : set.patches()) {
            SortedMap<String, Node> before = new TreeMap<>();
            SortedMap<String, Node> after = new TreeMap<>();
            TreePatcher patcher = new TreePatcher(null, options);
            patcher.stage(stage, scratch, List.of(patch), List.of());
            for (String path : patcher.touched(patch)) {
                Node was = current.containsKey(path) ? current.get(path) : upstream.lookup(path);
                before.put(path, leaf(was));
                Optional<Node> now = stage.changes().get(path);
                after.put(path, now == null ? leaf(was) : now.orElse(null));
                current.put(path, after.get(path));
                lastPatch.put(path, steps.size());
            }
            steps.add(new Step(patch, before, after));
        }
        return steps;
    }

    private void writeSet(List<Step> steps) throws IOException {
        List<PatchEntry> entries = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            byte[] diff = diff(step.before(), step.after());
            if (diff.length > 0) {
                byte[] text = join(heading(step.patch()), diff);
                write(TreePatcher.bytes(step.patch().name()), text);
                PatchEntry old = set.manifest().patches().get(i);
                entries.add(
                        new PatchEntry(
                                old.file(),
                                old.title(),
                                old.author(),
                                old.license(),
                                old.purpose(),
                                old.upstreamStatus(),
                                old.sha256().isPresent()
                                        ? Optional.of(Content.of(text).sha256())
                                        : Optional.empty()));
            }
        }
        Optional<Overlay> overlay = writeRest(entries);
        Manifest old = set.manifest();
        Manifest fresh =
                new Manifest(
                        old.component(),
                        old.description(),
                        old.license(),
                        old.version(),
                        old.range(),
                        old.sources(),
                        1,
                        entries,
                        overlay,
                        Optional.empty());
        write(Manifest.FILE_NAME, ManifestWriter.write(fresh));
    }

    /** Overlay, other files of the set, and changes that belong to no patch yet. */
    private Optional<Overlay> writeRest(List<PatchEntry> entries) throws IOException {
        Overlay rules =
                set.manifest().overlay().orElse(new Overlay("overlay", List.of(), List.of()));
        Set<String> overlaid = new TreeSet<>();
        for (OverlayFile file : set.overlay()) {
            overlaid.add(TreePatcher.bytes(file.path()));
        }
        SortedMap<String, Node> before = new TreeMap<>();
        SortedMap<String, Node> after = new TreeMap<>();
        List<String> executable = new ArrayList<>(rules.executable());
        boolean some = false;
        for (String path : changedPaths(overlaid)) {
            Node was = leaf(upstream.lookup(path));
            Node now = leaf(edited.lookup(path));
            boolean whole = was == null || overlaid.contains(path);
            if (whole && now instanceof Node.File file) {
                some = true;
                write(TreePatcher.bytes(rules.directory()) + "/" + path, file.content());
                if (file.executable() && !isExecutable(path, file, rules)) {
                    executable.add(Names.show(path));
                }
            } else if (!(overlaid.contains(path) && was == null)) {
                before.put(path, was);
                after.put(path, now);
            }
        }
        byte[] diff = diff(before, after);
        if (diff.length > 0) {
            write(NEW_PATCH, diff);
            entries.add(
                    new PatchEntry(
                            NEW_PATCH,
                            "Changes that no patch describes yet",
                            "unknown",
                            Optional.empty(),
                            "Found by a refresh; split it up and describe it.",
                            "no",
                            Optional.empty()));
        }
        for (String file : set.otherFiles()) {
            write(TreePatcher.bytes(file), set.read(file).orElseThrow());
        }
        return some
                ? Optional.of(new Overlay(rules.directory(), executable, rules.replace()))
                : Optional.empty();
    }

    private boolean isExecutable(String path, Node.File file, Overlay rules) throws IOException {
        return PatchSet.isScript(file.content())
                || set.overlay().stream()
                        .anyMatch(o -> o.executable() && TreePatcher.bytes(o.path()).equals(path));
    }

    /** Paths that differ between the trees and that no patch touches, and the overlay's. */
    private SortedSet<String> changedPaths(Set<String> overlaid) throws IOException {
        SortedSet<String> all = new TreeSet<>(overlaid);
        for (Path root : List.of(upstreamRoot, editedRoot)) {
            Files.walkFileTree(
                    root,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult preVisitDirectory(
                                Path directory, BasicFileAttributes attributes) {
                            return directory.endsWith(".git")
                                    ? FileVisitResult.SKIP_SUBTREE
                                    : FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFile(
                                Path file, BasicFileAttributes attributes) {
                            all.add(BytePaths.name(root.relativize(file)));
                            return FileVisitResult.CONTINUE;
                        }
                    });
        }
        SortedSet<String> changed = new TreeSet<>();
        for (String path : all) {
            boolean ours = overlaid.contains(path);
            if (ours || !lastPatch.containsKey(path) && differs(path)) {
                changed.add(path);
            }
        }
        return changed;
    }

    private boolean differs(String path) throws IOException {
        Node was = leaf(upstream.lookup(path));
        Node now = leaf(edited.lookup(path));
        if (was instanceof Node.File a && now instanceof Node.File b) {
            return a.executable() != b.executable() || !a.content().sameAs(b.content());
        }
        return was == null ? now != null : !was.equals(now);
    }

    private static byte[] diff(SortedMap<String, Node> before, SortedMap<String, Node> after)
            throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DiffWriter writer = new DiffWriter(out);
        for (String path : before.keySet()) {
            writer.write(path, before.get(path), after.get(path));
        }
        return out.toByteArray();
    }

    /** What stands above a patch's first file: its description. */
    private byte[] heading(PatchSource patch) throws IOException {
        try (RandomBytes bytes = patch.content().open()) {
            FilePatch first =
                    new PatchParser(patch.name(), bytes, patch.firstLine(), set.manifest().strip())
                            .next();
            return bytes.slice(0, (int) first.position());
        }
    }

    private static byte[] join(byte[] first, byte[] second) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(first);
        out.writeBytes(second);
        return out.toByteArray();
    }

    private void write(String file, byte[] bytes) throws IOException {
        write(file, Content.of(bytes));
    }

    private void write(String file, Content content) throws IOException {
        Path path = BytePaths.resolve(output, file);
        Files.createDirectories(path.getParent());
        try (OutputStream out = Files.newOutputStream(path)) {
            content.copyTo(out);
        }
    }
}
