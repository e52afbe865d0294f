/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import dev.wasmlinux.patchset.content.Content;
import dev.wasmlinux.patchset.content.Scratch;
import dev.wasmlinux.patchset.tree.Node;
import dev.wasmlinux.patchset.tree.Stage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Holds a set against upstream trees without changing anything. */
final class SetChecker {
    private final PatchSet set;
    private final ApplyOptions options;

    SetChecker(PatchSet set, ApplyOptions options) {
        this.set = set;
        this.options = options.withStrip(set.manifest().strip()).withDryRun(true);
    }

    Verification verify(UpstreamTree upstream) throws IOException {
        try (Scratch scratch = new Scratch()) {
            Stage stage = new Stage(upstream.read(touched(), scratch));
            ApplyReport report =
                    new TreePatcher(null, options)
                            .stage(stage, scratch, set.patches(), set.wholes());
            return new Verification(
                    report, digest(stage.changes()), set.manifest().patchedDigest());
        }
    }

    RebaseReport rebase(UpstreamTree upstream) throws IOException {
        List<RebaseReport.Entry> entries = new ArrayList<>();
        try (Scratch scratch = new Scratch()) {
            Stage stage = new Stage(upstream.read(touched(), scratch));
            for (PatchSource patch : set.patches()) {
                entries.add(rebase(patch.name(), stage, scratch, List.of(patch), List.of()));
            }
            if (!set.overlay().isEmpty()) {
                entries.add(rebase("overlay", stage, scratch, List.of(), set.wholes()));
            }
        }
        return new RebaseReport(upstream.name(), entries);
    }

    private RebaseReport.Entry rebase(
            String name,
            Stage stage,
            Scratch scratch,
            List<PatchSource> patches,
            List<TreePatcher.Whole> overlay)
            throws IOException {
        try {
            boolean moved =
                    new TreePatcher(null, options).stage(stage, scratch, patches, overlay).moved();
            return new RebaseReport.Entry(
                    name, moved ? RebaseReport.Status.MOVED : RebaseReport.Status.FITS, "");
        } catch (PatchDoesNotFitException e) {
            return new RebaseReport.Entry(
                    name,
                    e.alreadyApplied()
                            ? RebaseReport.Status.ALREADY_APPLIED
                            : RebaseReport.Status.DOES_NOT_FIT,
                    e.getMessage());
        }
    }

    private Set<String> touched() throws IOException {
        return new TreePatcher(null, options).touched(set.patches(), set.wholes());
    }

    /** One line for each changed path, in the order of the paths' bytes, and a digest over them. */
    static String digest(Map<String, Optional<Node>> changes) throws IOException {
        MessageDigest digest = Content.digest("SHA-256");
        for (Map.Entry<String, Optional<Node>> change : changes.entrySet()) {
            Node node = change.getValue().orElse(null);
            String what = "gone";
            if (node instanceof Node.File file) {
                what = (file.executable() ? "755 " : "644 ") + file.content().sha256();
            } else if (node instanceof Node.Link link) {
                what = "link " + link.content().sha256();
            }
            String line = what + " " + change.getKey() + "\0";
            digest.update(line.getBytes(StandardCharsets.ISO_8859_1));
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
