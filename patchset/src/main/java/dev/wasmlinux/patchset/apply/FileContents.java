/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.apply;

import dev.wasmlinux.patchset.ApplyOptions;
import dev.wasmlinux.patchset.ApplyReport;
import dev.wasmlinux.patchset.MalformedPatchException;
import dev.wasmlinux.patchset.Misfit;
import dev.wasmlinux.patchset.PatchRefusedException;
import dev.wasmlinux.patchset.content.Content;
import dev.wasmlinux.patchset.content.RandomBytes;
import dev.wasmlinux.patchset.content.Scratch;
import dev.wasmlinux.patchset.diff.BinaryChange;
import dev.wasmlinux.patchset.diff.BinaryDecoder;
import dev.wasmlinux.patchset.diff.FilePatch;
import dev.wasmlinux.patchset.diff.Hunk;
import dev.wasmlinux.patchset.diff.Names;
import dev.wasmlinux.patchset.diff.PatchParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Makes the new content of one file after the other. */
final class FileContents {
    private static final int PLACEMENTS = 1000;
    private static final int MISFITS = 1000;

    /** So many failing hunks of one file are shown beside the nearest text. */
    private static final int COMPARISONS = 10;

    private final String source;
    private final RandomBytes patch;
    private final PatchParser parser;
    private final Scratch scratch;
    private final ApplyOptions options;
    private final BinaryDecoder binary;
    private final HunkFinder.Contextless contextless;
    private Boolean isContextless;

    private FilePatch written;
    private FilePatch change;
    private long hunks;
    private long movedHunks;
    private List<ApplyReport.Placement> placements = new ArrayList<>();

    FileContents(
            String source,
            RandomBytes patch,
            PatchParser parser,
            Scratch scratch,
            ApplyOptions options) {
        this.source = source;
        this.patch = patch;
        this.parser = parser;
        this.scratch = scratch;
        this.options = options;
        this.binary = new BinaryDecoder(source, patch);
        this.contextless = () -> isContextless(parser.again());
    }

    /**
     * Goes to a file, whose header the parser has just read.
     *
     * @param newWritten the file patch as it is written
     * @param newChange the change to make: the same, or its reverse
     */
    void begin(FilePatch newWritten, FilePatch newChange) {
        written = newWritten;
        change = newChange;
        hunks = 0;
        movedHunks = 0;
        placements = new ArrayList<>();
    }

    long hunks() {
        return hunks;
    }

    long movedHunks() {
        return movedHunks;
    }

    List<ApplyReport.Placement> placements() {
        return placements;
    }

    private void again() throws IOException {
        parser.seek(written);
        parser.next();
    }

    private Hunk next(boolean reverse) throws IOException {
        Hunk hunk = parser.nextHunk();
        return hunk != null && reverse ? hunk.reverse() : hunk;
    }

    /**
     * Whether the patch was made without context: no hunk has any, and some begin where hunks with
     * context could not.
     */
    private boolean isContextless(PatchParser fresh) throws IOException {
        if (isContextless == null) {
            boolean evidence = false;
            boolean context = false;
            while (!context && fresh.next() != null) {
                Hunk hunk;
                while (!context && (hunk = fresh.nextHunk()) != null) {
                    context = !hunk.bare();
                    evidence |= hunk.oldStart() > 1 || hunk.newStart() > 1;
                }
            }
            isContextless = evidence && !context;
        }
        return isContextless;
    }

    /** Whether the file's first hunk has no old side: it may make the file. */
    boolean beginsFromNothing() throws IOException {
        Hunk first = next(options.reverse());
        again();
        return first != null && first.oldCount() == 0 && first.oldStart() == 0;
    }

    /**
     * Patches a content.
     *
     * @param misfits where to say what does not fit
     * @return the new content, or null if it does not fit
     */
    Content patch(Content before, List<Misfit> misfits) throws IOException {
        return change.binary() != null ? patchBinary(before, misfits) : patchText(before, misfits);
    }

    private Content patchText(Content before, List<Misfit> misfits) throws IOException {
        List<Misfit> failed = new ArrayList<>();
        Content after;
        try (RandomBytes bytes = before.open();
                Scratch.Writer out = scratch.writer()) {
            Lines lines = null;
            HunkFinder finder = null;
            TextPatcher patcher = null;
            Hunk hunk;
            while ((hunk = next(options.reverse())) != null) {
                if (lines == null) {
                    lines = new Lines(bytes);
                    finder = new HunkFinder(lines, patch, options.fuzz(), contextless);
                    patcher = new TextPatcher(lines, patch, out);
                }
                hunks++;
                HunkFinder.Place place = finder.find(hunk);
                if (place == null) {
                    if (failed.size() < MISFITS) {
                        failed.add(misfit(hunk, lines, finder, failed.size()));
                    }
                } else {
                    note(hunk, place);
                    if (failed.isEmpty()) {
                        patcher.apply(hunk, place.line());
                    }
                }
            }
            if (lines == null) {
                return before;
            }
            patcher.finish();
            after = failed.isEmpty() ? out.finish() : null;
        }
        if (!failed.isEmpty()) {
            boolean applied = isApplied(before);
            for (Misfit misfit : failed) {
                misfits.add(
                        new Misfit(
                                misfit.path(),
                                misfit.patchLine(),
                                misfit.hunk(),
                                misfit.problem(),
                                applied ? "" : misfit.comparison(),
                                applied));
            }
        }
        return after;
    }

    private void note(Hunk hunk, HunkFinder.Place place) {
        if (place.offset() != 0 || place.fuzz() != 0) {
            movedHunks++;
            if (placements.size() < PLACEMENTS) {
                placements.add(
                        new ApplyReport.Placement(
                                hunks,
                                hunk.line(),
                                place.line() + 1,
                                place.offset(),
                                place.fuzz()));
            }
        }
    }

    private Misfit misfit(Hunk hunk, Lines lines, HunkFinder finder, int already)
            throws IOException {
        long expected = finder.expected(hunk);
        String comparison =
                already < COMPARISONS ? Comparison.of(hunk, lines, patch, expected) : "";
        return new Misfit(
                Names.show(change.name()),
                hunk.line(),
                hunks,
                lines.count() == 0
                        ? "does not fit: the file is empty"
                        : "does not fit at line " + (expected + 1) + " or anywhere else",
                comparison,
                false);
    }

    /** Whether the change taken back would fit this content, so that it seems to be made. */
    boolean isApplied(Content content) throws IOException {
        if (change.binary() != null) {
            return isNamed(content, change.newId());
        }
        again();
        boolean some = false;
        boolean all = true;
        try (RandomBytes bytes = content.open()) {
            Lines lines = new Lines(bytes);
            HunkFinder finder = new HunkFinder(lines, patch, 0, contextless);
            Hunk hunk;
            while ((hunk = next(!options.reverse())) != null) {
                some = true;
                all = all && finder.find(hunk) != null;
            }
        }
        return all && (some || change.action() == FilePatch.Action.RENAME);
    }

    private Content patchBinary(Content before, List<Misfit> misfits) throws IOException {
        BinaryChange.Section section = change.binary().forward();
        if (section == null) {
            throw new PatchRefusedException(
                    source,
                    change.line(),
                    "the binary change cannot be reversed: it has no reverse");
        }
        boolean fits =
                isNothing(change.oldId()) ? before.size() == 0 : isNamed(before, change.oldId());
        Content after = null;
        if (fits || !section.delta()) {
            after = section.delta() ? runDelta(section, before) : inflate(section);
        } else {
            inflate(section);
        }
        if (!fits) {
            misfits.add(
                    new Misfit(
                            Names.show(change.name()),
                            change.line(),
                            0,
                            "is not the file that the binary change was made for",
                            "",
                            isNamed(before, change.newId())));
            return null;
        }
        boolean right =
                isNothing(change.newId()) ? after.size() == 0 : isNamed(after, change.newId());
        if (!right) {
            throw new MalformedPatchException(
                    source, section.line(), "the binary change makes another content than it says");
        }
        return after;
    }

    private Content inflate(BinaryChange.Section section) throws IOException {
        try (Scratch.Writer out = scratch.writer()) {
            binary.inflate(section, out);
            return out.finish();
        }
    }

    private Content runDelta(BinaryChange.Section section, Content before) throws IOException {
        Content delta = inflate(section);
        try (RandomBytes instructions = delta.open();
                RandomBytes base = before.open();
                Scratch.Writer out = scratch.writer()) {
            if (!binary.runDelta(instructions, base, section.line(), out)) {
                throw new MalformedPatchException(
                        source, section.line(), "the delta is against a content of another length");
            }
            return out.finish();
        }
    }

    private static boolean isNothing(String id) {
        return id.chars().allMatch(digit -> digit == '0');
    }

    /** Whether git would give the content this object name. */
    private static boolean isNamed(Content content, String id) throws IOException {
        MessageDigest digest = Content.digest(id.length() == 64 ? "SHA-256" : "SHA-1");
        digest.update(("blob " + content.size() + "\0").getBytes(StandardCharsets.US_ASCII));
        return HexFormat.of().formatHex(content.digestWith(digest)).equals(id);
    }
}
