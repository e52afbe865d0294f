/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import dev.wasmlinux.patchset.apply.Application;
import dev.wasmlinux.patchset.archive.TarTree;
import dev.wasmlinux.patchset.archive.TreeSink;
import dev.wasmlinux.patchset.content.Content;
import dev.wasmlinux.patchset.content.RandomBytes;
import dev.wasmlinux.patchset.content.Scratch;
import dev.wasmlinux.patchset.diff.FilePatch;
import dev.wasmlinux.patchset.diff.PatchParser;
import dev.wasmlinux.patchset.tree.BaseTree;
import dev.wasmlinux.patchset.tree.Commit;
import dev.wasmlinux.patchset.tree.DirectoryTree;
import dev.wasmlinux.patchset.tree.Node;
import dev.wasmlinux.patchset.tree.Stage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Patches and overlay onto one tree: staged one after the other, then committed at once. */
final class TreePatcher {
    /** An overlay file with its content. */
    record Whole(OverlayFile file, Content content) {}

    private static final String OVERLAY = "overlay";

    private final Path tree;
    private final ApplyOptions options;
    private final Check check;

    /** Looks at the outcome before anything is changed. */
    @FunctionalInterface
    interface Check {
        void accept(Map<String, Optional<Node>> changes) throws IOException;
    }

    /**
     * For a tree.
     *
     * @param tree the directory; null if only archives are patched, or nothing is committed
     */
    TreePatcher(Path tree, ApplyOptions options, Check check) {
        this.tree = tree;
        this.options = options;
        this.check = check;
    }

    TreePatcher(Path tree, ApplyOptions options) {
        this(tree, options, changes -> {});
    }

    ApplyReport apply(List<PatchSource> patches, List<Whole> overlay) throws IOException {
        Commit commit = new Commit(tree);
        commit.recover();
        BaseTree base = new DirectoryTree(tree);
        try (Scratch scratch = new Scratch()) {
            Stage stage = new Stage(base);
            ApplyReport report = stage(stage, scratch, patches, overlay);
            check.accept(stage.changes());
            if (!options.dryRun()) {
                commit.run(stage.changes(), base);
            }
            return report;
        }
    }

    /** As {@link #apply(List, List)}, from an archive to somewhere else. */
    ApplyReport apply(
            UpstreamArchive archive,
            PatchedOutput output,
            List<PatchSource> patches,
            List<Whole> overlay)
            throws IOException {
        try (Scratch scratch = new Scratch()) {
            TarTree base = archive.readTar(touched(patches, overlay), scratch);
            Stage stage = new Stage(base);
            ApplyReport report = stage(stage, scratch, patches, overlay);
            check.accept(stage.changes());
            if (!options.dryRun()) {
                try (TreeSink sink = output.open(base)) {
                    archive.write(base, stage.changes(), sink);
                    sink.finish();
                }
            }
            return report;
        }
    }

    /** Every path that patches and overlay read or write. */
    Set<String> touched(List<PatchSource> patches, List<Whole> overlay) throws IOException {
        Set<String> paths = new TreeSet<>();
        for (PatchSource patch : patches) {
            paths.addAll(touched(patch));
        }
        for (Whole whole : overlay) {
            paths.add(bytes(whole.file().path()));
        }
        return paths;
    }

    /** Every path that a patch reads or writes. */
    SortedSet<String> touched(PatchSource patch) throws IOException {
        SortedSet<String> paths = new TreeSet<>();
        try (RandomBytes bytes = patch.content().open()) {
            PatchParser parser =
                    new PatchParser(
                            patch.name(), bytes, patch.firstLine(), patch.options(options).strip());
            FilePatch file;
            while ((file = parser.next()) != null) {
                paths.add(file.name());
                if (file.oldName() != null) {
                    paths.add(file.oldName());
                }
            }
        }
        return paths;
    }

    /** Stages everything, without touching the tree. */
    ApplyReport stage(Stage stage, Scratch scratch, List<PatchSource> patches, List<Whole> overlay)
            throws IOException {
        List<ApplyReport.PatchResult> results = new ArrayList<>();
        if (options.reverse()) {
            removeOverlay(stage, overlay);
            for (int i = patches.size() - 1; i >= 0; i--) {
                results.add(stage(stage, scratch, patches.get(i)));
            }
        } else {
            for (PatchSource patch : patches) {
                results.add(stage(stage, scratch, patch));
            }
            putOverlay(stage, overlay);
        }
        List<String> paths = overlay.stream().map(whole -> whole.file().path()).toList();
        return new ApplyReport(options.dryRun(), results, paths);
    }

    private ApplyReport.PatchResult stage(Stage stage, Scratch scratch, PatchSource patch)
            throws IOException {
        return Application.apply(
                stage,
                scratch,
                patch.name(),
                patch.content(),
                patch.firstLine(),
                patch.options(options));
    }

    private static void putOverlay(Stage stage, List<Whole> overlay) throws IOException {
        if (overlay.isEmpty()) {
            return;
        }
        stage.begin(OVERLAY);
        List<Misfit> misfits = new ArrayList<>();
        for (Whole whole : overlay) {
            String path = bytes(whole.file().path());
            Node.File made = new Node.File(whole.content(), whole.file().executable(), null);
            Node there = stage.before(path, 0);
            if (there == null) {
                stage.create(path, made, 0, false);
            } else if (there instanceof Node.File && whole.file().mayReplace()) {
                stage.replace(path, made);
            } else {
                boolean same =
                        there instanceof Node.File file && file.content().sameAs(whole.content());
                misfits.add(misfit(whole, "exists already", same));
            }
        }
        for (Stage.Conflict conflict : stage.end()) {
            misfits.add(new Misfit(conflict.path(), 0, 0, conflict.problem(), "", false));
        }
        fail(misfits, overlay.size());
    }

    private static void removeOverlay(Stage stage, List<Whole> overlay) throws IOException {
        if (overlay.isEmpty()) {
            return;
        }
        stage.begin(OVERLAY);
        List<Misfit> misfits = new ArrayList<>();
        for (Whole whole : overlay) {
            String path = bytes(whole.file().path());
            Node there = stage.before(path, 0);
            if (whole.file().mayReplace()) {
                misfits.add(
                        misfit(whole, "may have replaced a file that is not known here", false));
            } else if (!(there instanceof Node.File)) {
                misfits.add(misfit(whole, "is missing", there == null));
            } else if (!((Node.File) there).content().sameAs(whole.content())) {
                misfits.add(misfit(whole, "has been changed", false));
            } else {
                stage.remove(path);
            }
        }
        stage.end();
        fail(misfits, overlay.size());
    }

    private static void fail(List<Misfit> misfits, int files) {
        if (!misfits.isEmpty()) {
            boolean all =
                    misfits.size() == files && misfits.stream().allMatch(Misfit::alreadyApplied);
            throw new PatchDoesNotFitException(OVERLAY, misfits, all);
        }
    }

    private static Misfit misfit(Whole whole, String problem, boolean alreadyApplied) {
        return new Misfit(whole.file().path(), 0, 0, problem, "", alreadyApplied);
    }

    static String bytes(String path) {
        return new String(path.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}
