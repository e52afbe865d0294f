/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.apply;

import dev.wasmlinux.patchset.ApplyOptions;
import dev.wasmlinux.patchset.ApplyReport;
import dev.wasmlinux.patchset.MalformedPatchException;
import dev.wasmlinux.patchset.Misfit;
import dev.wasmlinux.patchset.PatchDoesNotFitException;
import dev.wasmlinux.patchset.PatchRefusedException;
import dev.wasmlinux.patchset.content.Content;
import dev.wasmlinux.patchset.content.RandomBytes;
import dev.wasmlinux.patchset.content.Scratch;
import dev.wasmlinux.patchset.diff.FilePatch;
import dev.wasmlinux.patchset.diff.FilePatch.Action;
import dev.wasmlinux.patchset.diff.Names;
import dev.wasmlinux.patchset.diff.PatchParser;
import dev.wasmlinux.patchset.tree.Node;
import dev.wasmlinux.patchset.tree.Stage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Applies one patch to a stage: every file of it, or an exception. */
public final class Application {
    private final Stage stage;
    private final String source;
    private final long firstLine;
    private final ApplyOptions options;
    private final PatchParser parser;
    private final FileContents contents;
    private final List<Misfit> misfits = new ArrayList<>();
    private final List<ApplyReport.FileResult> results = new ArrayList<>();
    private int files;
    private int filesAlreadyApplied;

    private Application(
            Stage stage,
            Scratch scratch,
            String source,
            RandomBytes patch,
            long firstLine,
            ApplyOptions options) {
        this.stage = stage;
        this.source = source;
        this.firstLine = firstLine;
        this.options = options;
        this.parser = new PatchParser(source, patch, firstLine, options.strip());
        this.contents = new FileContents(source, patch, parser, scratch, options);
    }

    /**
     * Applies a patch.
     *
     * @param stage the tree, as the patches before have left it
     * @param scratch where contents live until they are committed
     * @param source the patch's name
     * @param patch the patch
     * @param firstLine the number of its first line
     * @param options strip level, fuzz and direction
     * @return what was done
     */
    public static ApplyReport.PatchResult apply(
            Stage stage,
            Scratch scratch,
            String source,
            Content patch,
            long firstLine,
            ApplyOptions options)
            throws IOException {
        try (RandomBytes bytes = patch.open()) {
            return new Application(stage, scratch, source, bytes, firstLine, options).run();
        }
    }

    private ApplyReport.PatchResult run() throws IOException {
        stage.begin(source);
        if (options.reverse()) {
            applyBackwards();
        } else {
            FilePatch file;
            while ((file = parser.next()) != null) {
                apply(file, file);
            }
        }
        if (files == 0) {
            throw new MalformedPatchException(source, firstLine, "there is no patch in it");
        }
        if (misfits.isEmpty()) {
            for (Stage.Conflict conflict : stage.end()) {
                misfits.add(
                        new Misfit(
                                Names.show(conflict.path()),
                                conflict.line(),
                                0,
                                conflict.problem(),
                                "",
                                conflict.alreadyApplied()));
                filesAlreadyApplied += conflict.alreadyApplied() ? 1 : 0;
            }
        } else {
            addConflictsOfCreations();
        }
        if (!misfits.isEmpty()) {
            throw new PatchDoesNotFitException(source, misfits, filesAlreadyApplied == files);
        }
        return new ApplyReport.PatchResult(source, results);
    }

    /** With other misfits there, creations of what exists already are still worth telling. */
    private void addConflictsOfCreations() throws IOException {
        for (Stage.Conflict conflict : stage.end()) {
            if (conflict.alreadyApplied()) {
                filesAlreadyApplied++;
                misfits.add(
                        new Misfit(
                                Names.show(conflict.path()),
                                conflict.line(),
                                0,
                                conflict.problem(),
                                "",
                                true));
            }
        }
    }

    /** The last file first, in case a patch touches one twice. */
    private void applyBackwards() throws IOException {
        long[] places = new long[32];
        int count = 0;
        FilePatch file;
        while ((file = parser.next()) != null) {
            if (2 * count == places.length) {
                places = Arrays.copyOf(places, places.length * 2);
            }
            places[2 * count] = file.position();
            places[2 * count + 1] = file.line();
            count++;
        }
        for (int i = count - 1; i >= 0; i--) {
            parser.seek(places[2 * i], places[2 * i + 1]);
            FilePatch written = parser.next();
            apply(written, written.reverse());
        }
    }

    private void apply(FilePatch written, FilePatch change) throws IOException {
        files++;
        int before = misfits.size();
        contents.begin(written, change);
        switch (change.action()) {
            case CREATE -> create(change);
            case DELETE -> delete(change);
            case MODIFY -> modify(change);
            case RENAME -> rename(change);
            case COPY -> {
                if (options.reverse()) {
                    delete(change);
                } else {
                    copy(change);
                }
            }
        }
        boolean failed = misfits.size() > before;
        if (failed
                && misfits.subList(before, misfits.size()).stream()
                        .allMatch(Misfit::alreadyApplied)) {
            filesAlreadyApplied++;
        }
    }

    private void create(FilePatch change) throws IOException {
        String path = change.newName();
        boolean link = FilePatch.isLink(change.newMode());
        Content content = contents.patch(Content.of(new byte[0]), misfits);
        if (content == null) {
            return;
        }
        Node made =
                link
                        ? link(change, content)
                        : new Node.File(content, FilePatch.isExecutable(change.newMode()), null);
        if (stage.madeNow(path)) {
            misfit(change, "is made twice by this patch", false);
            return;
        }
        putNew(change, made);
        result(change, ApplyReport.Action.CREATED, Optional.empty());
    }

    private void putNew(FilePatch change, Node made) throws IOException {
        boolean same = false;
        try {
            same = isSame(stage.before(change.newName(), change.line()), made);
        } catch (PatchRefusedException e) {
            // Through a link: the stage decides at the end of the patch.
        }
        stage.create(change.newName(), made, change.line(), same);
    }

    private static boolean isSame(Node there, Node made) throws IOException {
        if (there instanceof Node.File a && made instanceof Node.File b) {
            return a.content().sameAs(b.content());
        }
        return there != null && there.equals(made);
    }

    private void delete(FilePatch change) throws IOException {
        String path = change.oldName();
        Node there = stage.toRemove(path, change.line());
        if (there == null) {
            misfit(change, "is missing", true);
            return;
        }
        Content content = checkedContent(change, there, path);
        if (content == null) {
            return;
        }
        Content left = contents.patch(content, misfits);
        if (left == null) {
            return;
        }
        if (left.size() > 0 && change.action() == Action.DELETE) {
            misfit(change, "has more content than the patch deletes", false);
            return;
        }
        stage.remove(path);
        result(change, ApplyReport.Action.DELETED, Optional.empty());
    }

    private void modify(FilePatch change) throws IOException {
        String path = change.newName();
        Node there = stage.now(path, change.line());
        if (there == null) {
            if (!change.git() && contents.beginsFromNothing()) {
                create(change);
            } else {
                misfit(change, "is missing", false);
            }
            return;
        }
        Content content = checkedContent(change, there, path);
        if (content == null) {
            return;
        }
        Content patched = contents.patch(content, misfits);
        if (patched == null) {
            return;
        }
        stage.replace(path, patched(change, there, patched));
        result(change, ApplyReport.Action.MODIFIED, Optional.empty());
    }

    private void rename(FilePatch change) throws IOException {
        String from = change.oldName();
        Node there = stage.toRemove(from, change.line());
        if (there == null) {
            misfit(
                    change,
                    "cannot be renamed: " + Names.show(from) + " is missing",
                    wasRenamed(change));
            return;
        }
        Content content = checkedContent(change, there, from);
        if (content == null) {
            return;
        }
        Content patched = contents.patch(content, misfits);
        if (patched == null) {
            return;
        }
        if (stage.madeNow(change.newName())) {
            misfit(change, "is made twice by this patch", false);
            return;
        }
        stage.remove(from);
        putNew(change, patched(change, there, patched));
        result(change, ApplyReport.Action.RENAMED, Optional.of(Names.show(from)));
    }

    private boolean wasRenamed(FilePatch change) throws IOException {
        return stage.now(change.newName(), change.line()) instanceof Node.File file
                && contents.isApplied(file.content());
    }

    private void copy(FilePatch change) throws IOException {
        String from = change.oldName();
        Node there = stage.before(from, change.line());
        if (there == null) {
            misfit(change, "cannot be copied: " + Names.show(from) + " is missing", false);
            return;
        }
        Content content = checkedContent(change, there, from);
        if (content == null) {
            return;
        }
        Content patched = contents.patch(content, misfits);
        if (patched == null) {
            return;
        }
        if (stage.madeNow(change.newName())) {
            misfit(change, "is made twice by this patch", false);
            return;
        }
        putNew(change, patched(change, there, patched));
        result(change, ApplyReport.Action.COPIED, Optional.of(Names.show(from)));
    }

    /** The content of what is there, if it is of the type that the patch speaks of; else null. */
    private Content checkedContent(FilePatch change, Node there, String path) {
        boolean wantsLink =
                FilePatch.isLink(change.oldMode()) || FilePatch.isLink(change.newMode());
        if (there instanceof Node.Link link) {
            // A mere renaming or copy does not say what it renames or copies.
            boolean any =
                    change.oldMode() == 0
                            && change.newMode() == 0
                            && !change.oldName().equals(change.newName());
            if (wantsLink || any && change.git()) {
                return link.content();
            }
            throw new PatchRefusedException(
                    source,
                    change.line(),
                    "path \"" + Names.show(path) + "\" refused: it is a symbolic link");
        }
        if (!(there instanceof Node.File file)) {
            misfit(
                    change,
                    Names.show(path)
                            + (there instanceof Node.Directory
                                    ? " is a directory"
                                    : " is neither a file nor a link"),
                    false);
            return null;
        }
        if (wantsLink) {
            misfit(change, Names.show(path) + " is no symbolic link", false);
            return null;
        }
        return file.content();
    }

    private Node patched(FilePatch change, Node there, Content content) throws IOException {
        if (there instanceof Node.File file) {
            boolean executable =
                    change.newMode() != 0
                            ? FilePatch.isExecutable(change.newMode())
                            : file.executable();
            return file.with(content, executable);
        }
        return link(change, content);
    }

    /** A link that stays in the tree. */
    private Node link(FilePatch change, Content content) throws IOException {
        if (content.size() == 0 || content.size() > 4095) {
            throw new MalformedPatchException(
                    source, change.line(), "a link's target must have 1 to 4095 bytes");
        }
        String target = new String(content.readAll(4095), StandardCharsets.ISO_8859_1);
        int depth = change.newName().split("/", -1).length - 1;
        String problem = null;
        if (target.startsWith("/") || target.indexOf('\0') >= 0) {
            problem = "its target is absolute or holds a NUL byte";
        } else {
            for (String part : target.split("/", -1)) {
                depth += part.equals("..") ? -1 : part.isEmpty() || part.equals(".") ? 0 : 1;
                if (depth < 0) {
                    problem = "its target \"" + Names.show(target) + "\" leads out of the tree";
                    break;
                }
            }
        }
        if (problem != null) {
            throw new PatchRefusedException(
                    source,
                    change.line(),
                    "symbolic link \"" + Names.show(change.newName()) + "\" refused: " + problem);
        }
        return new Node.Link(target);
    }

    private void misfit(FilePatch change, String problem, boolean alreadyApplied) {
        misfits.add(
                new Misfit(
                        Names.show(change.name()), change.line(), 0, problem, "", alreadyApplied));
    }

    private void result(FilePatch change, ApplyReport.Action action, Optional<String> from) {
        results.add(
                new ApplyReport.FileResult(
                        action,
                        Names.show(change.name()),
                        from,
                        contents.hunks(),
                        contents.movedHunks(),
                        contents.placements()));
    }
}
