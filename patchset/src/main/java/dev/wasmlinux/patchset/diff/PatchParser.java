/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.diff;

import dev.wasmlinux.patchset.MalformedPatchException;
import dev.wasmlinux.patchset.PatchRefusedException;
import dev.wasmlinux.patchset.content.RandomBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Reads a patch file by file and hunk by hunk. Hunks end where their counts say, so that nothing in
 * them is taken for a header; text between file patches is skipped, as git and GNU patch do. Not
 * thread safe.
 */
public final class PatchParser {
    private static final int LONGEST_HEADER_LINE = 1 << 16;

    private final String source;
    private final RandomBytes patch;
    private final long firstLine;
    private final int strip;
    private final long end;

    private long position;
    private long line;
    private FilePatch file;
    private boolean hunksEnded = true;
    private long hunksRead;

    /**
     * Prepares to read.
     *
     * @param source the patch's name for errors
     * @param patch the patch's bytes; the caller closes them
     * @param firstLine the number of the patch's first line
     * @param strip how many leading components names lose
     */
    public PatchParser(String source, RandomBytes patch, long firstLine, int strip) {
        this.source = source;
        this.patch = patch;
        this.firstLine = firstLine;
        this.line = firstLine;
        this.strip = strip;
        this.end = patch.size();
    }

    /** Another parser of the same patch, at its beginning. */
    public PatchParser again() {
        return new PatchParser(source, patch, firstLine, strip);
    }

    /** Goes to the beginning of a file patch that was read before. */
    public void seek(FilePatch before) {
        seek(before.position(), before.line());
    }

    /** Goes to a place where a file patch begins. */
    public void seek(long newPosition, long newLine) {
        position = newPosition;
        line = newLine;
        file = null;
        hunksEnded = true;
    }

    /**
     * Reads the next file patch's header; hunks of the one before that were not read are checked
     * and skipped.
     *
     * @return null at the end
     * @throws MalformedPatchException if something is damaged
     * @throws PatchRefusedException if a name is refused
     */
    public FilePatch next() throws IOException {
        while (!hunksEnded) {
            nextHunk();
        }
        while (position < end) {
            if (at("diff --git ")) {
                return begin(new GitHeader(this, line, position).read());
            }
            if (at("--- ")) {
                FilePatch plain = plainHeader();
                if (plain != null) {
                    return begin(plain);
                }
            } else {
                checkStray();
            }
            skipLine();
        }
        return null;
    }

    private FilePatch begin(FilePatch next) throws IOException {
        file = next;
        hunksEnded = next.binary() != null || !at("@@ -");
        hunksRead = 0;
        return next;
    }

    /** Text outside of file patches that must not be passed over in silence. */
    private void checkStray() throws IOException {
        if (at("@@ -") && HunkHeader.parse(text()) != null) {
            throw malformed(line, "hunk without a file header");
        }
        if (at("GIT binary patch")) {
            throw malformed(line, "binary change without a file header");
        }
        if (at("Binary files ") && text().endsWith(" differ")) {
            throw malformed(
                    line, "binary change without its data; make the patch with git diff --binary");
        }
        if (at("*** ")) {
            long next = after(position);
            long third = after(next);
            if (patch.startsWith(next, end, "--- ")
                    && patch.startsWith(third, end, "***************")) {
                throw malformed(line, "context diffs are not supported; make a unified diff");
            }
        }
    }

    /** Reads {@code ---} and {@code +++} lines, if a hunk follows them; else stays put. */
    private FilePatch plainHeader() throws IOException {
        long second = after(position);
        if (!patch.startsWith(second, end, "+++ ")) {
            return null;
        }
        long third = after(second);
        if (third >= end) {
            throw malformed(line + 1, "the patch ends behind a file header");
        }
        if (!patch.startsWith(third, end, "@@ ")) {
            return null;
        }
        long startLine = line;
        long start = position;
        String oldText = text().substring(4);
        skipLine();
        String newText = text().substring(4);
        skipLine();
        if (HunkHeader.parse(text()) == null) {
            throw malformed(line, "damaged hunk header: " + Names.show(shown()));
        }
        NameAndTime before = nameAndTime(oldText, startLine);
        NameAndTime after = nameAndTime(newText, startLine + 1);
        boolean created = before.nothing();
        boolean deleted = after.nothing();
        if (created && deleted) {
            throw malformed(startLine, "both names are /dev/null");
        }
        String name;
        if (created) {
            name = after.name();
        } else if (deleted) {
            name = before.name();
        } else {
            name = better(before.name(), after.name());
            created = Timestamps.isEpoch(before.time());
            deleted = !created && Timestamps.isEpoch(after.time());
        }
        if (name == null) {
            throw malformed(
                    startLine, "no file name is left after stripping " + strip + " components");
        }
        Names.check(name, source, startLine);
        FilePatch.Action action =
                created
                        ? FilePatch.Action.CREATE
                        : deleted ? FilePatch.Action.DELETE : FilePatch.Action.MODIFY;
        return new FilePatch(
                action,
                created ? null : name,
                deleted ? null : name,
                0,
                0,
                "",
                "",
                false,
                null,
                startLine,
                start);
    }

    /** Of {@code f.orig} and {@code f}, the shorter; otherwise the new one. */
    private static String better(String before, String after) {
        if (before == null || after == null) {
            return after == null ? before : after;
        }
        return after.startsWith(before) ? before : after;
    }

    private record NameAndTime(String name, String time, boolean nothing) {}

    private NameAndTime nameAndTime(String text, long atLine) {
        String name;
        String time;
        if (text.startsWith("\"")) {
            Quoting.Unquoted unquoted = Quoting.unquote(text, 0);
            if (unquoted == null) {
                throw malformed(atLine, "damaged quoted name");
            }
            name = unquoted.name();
            time = text.substring(unquoted.end());
        } else {
            int tab = text.indexOf('\t');
            name = tab >= 0 ? text.substring(0, tab) : Timestamps.withoutTime(text);
            time = text.substring(name.length());
        }
        if (name.equals("/dev/null")) {
            return new NameAndTime(null, time, true);
        }
        Names.checkRelative(name, source, atLine);
        return new NameAndTime(Names.strip(name, strip), time, false);
    }

    /**
     * Reads the next hunk of the file patch that {@link #next()} returned.
     *
     * @return null if it has no more
     * @throws MalformedPatchException if it is damaged
     */
    public Hunk nextHunk() throws IOException {
        if (hunksEnded) {
            return null;
        }
        if (!at("@@ -")) {
            checkHunkEnd();
            hunksEnded = true;
            return null;
        }
        HunkHeader header = HunkHeader.parse(text());
        if (header == null) {
            throw malformed(line, "damaged hunk header: " + Names.show(shown()));
        }
        if (file.action() == FilePatch.Action.CREATE && header.oldCount() > 0) {
            throw malformed(line, "a new file cannot have old lines");
        }
        if (file.action() == FilePatch.Action.DELETE && header.newCount() > 0) {
            throw malformed(line, "a deleted file cannot have new lines");
        }
        Hunk.Builder hunk = new Hunk.Builder(line, header);
        long headerLine = line;
        skipLine();
        long oldLeft = header.oldCount();
        long newLeft = header.newCount();
        while (oldLeft > 0 || newLeft > 0) {
            if (position >= end) {
                throw malformed(line, "the patch ends inside a hunk" + missing(oldLeft, newLeft));
            }
            long next = after(position);
            if (patch.at(next - 1) != '\n') {
                throw malformed(line, "the patch ends inside a line of a hunk");
            }
            byte first = patch.at(position);
            switch (first) {
                case ' ', '\n' -> {
                    oldLeft--;
                    newLeft--;
                    hunk.add(Hunk.Kind.CONTEXT, position, next, first == ' ' ? 1 : 0);
                }
                case '-' -> {
                    oldLeft--;
                    hunk.add(Hunk.Kind.OLD, position, next, 1);
                }
                case '+' -> {
                    newLeft--;
                    hunk.add(Hunk.Kind.NEW, position, next, 1);
                }
                case '\\' -> noNewline(hunk, oldLeft, newLeft);
                default ->
                        throw malformed(
                                line,
                                "the hunk is shorter than its header says"
                                        + missing(oldLeft, newLeft));
            }
            if (oldLeft < 0 || newLeft < 0) {
                throw malformed(line, "the hunk has more lines than its header says");
            }
            position = next;
            line++;
        }
        if (position < end && patch.at(position) == '\\') {
            noNewline(hunk, 0, 0);
            skipLine();
        }
        if (!hunk.changed()) {
            throw malformed(headerLine, "the hunk changes nothing");
        }
        hunksRead++;
        return hunk.build();
    }

    private static String missing(long oldLeft, long newLeft) {
        return " (" + oldLeft + " old and " + newLeft + " new lines are missing)";
    }

    private void noNewline(Hunk.Builder hunk, long oldLeft, long newLeft) {
        Hunk.Kind last = hunk.last();
        boolean old = last == Hunk.Kind.OLD || last == Hunk.Kind.CONTEXT;
        boolean fresh = last == Hunk.Kind.NEW || last == Hunk.Kind.CONTEXT;
        boolean misplaced =
                last == null
                        || (old && (oldLeft > 0 || hunk.isOpen(Hunk.Kind.OLD)))
                        || (fresh && (newLeft > 0 || hunk.isOpen(Hunk.Kind.NEW)));
        if (misplaced) {
            throw malformed(line, "a line without newline is not the last one");
        }
        hunk.open(old, fresh);
    }

    /** Lines directly behind a hunk that look like more of it mean that its counts are wrong. */
    private void checkHunkEnd() throws IOException {
        if (position >= end) {
            return;
        }
        byte first = patch.at(position);
        boolean more =
                switch (first) {
                    case ' ', '+' -> true;
                    case '-' -> !isSignature() && !isPlainHeader();
                    case '\\' -> true;
                    default -> false;
                };
        if (more) {
            throw malformed(line, "the hunk has more lines than its header says");
        }
        if (at("@@")) {
            throw malformed(line, "damaged hunk header: " + Names.show(shown()));
        }
    }

    private boolean isSignature() throws IOException {
        String text = shown().stripTrailing();
        return text.equals("--") || text.equals("---");
    }

    private boolean isPlainHeader() throws IOException {
        return at("--- ") && patch.startsWith(after(position), end, "+++ ");
    }

    /** The number of hunks read of the current file patch. */
    public long hunksRead() {
        return hunksRead;
    }

    // What the header readers need.

    String source() {
        return source;
    }

    RandomBytes patch() {
        return patch;
    }

    int strip() {
        return strip;
    }

    long line() {
        return line;
    }

    long position() {
        return position;
    }

    boolean ended() {
        return position >= end;
    }

    boolean at(String prefix) throws IOException {
        return patch.startsWith(position, end, prefix);
    }

    private long after(long lineStart) throws IOException {
        long newline = patch.find((byte) '\n', lineStart, end);
        return newline < end ? newline + 1 : end;
    }

    void skipLine() throws IOException {
        position = after(position);
        line++;
    }

    /** The current line as a byte string, without its newline and one carriage return. */
    String text() throws IOException {
        long newline = patch.find((byte) '\n', position, end);
        if (newline - position > LONGEST_HEADER_LINE) {
            throw malformed(line, "the line is longer than any header");
        }
        int length = (int) (newline - position);
        String text = new String(patch.slice(position, length), StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, length - 1) : text;
    }

    /** The beginning of the current line, for a message. */
    private String shown() throws IOException {
        long newline = patch.find((byte) '\n', position, end);
        int length = (int) Math.min(newline - position, 80);
        return new String(patch.slice(position, length), StandardCharsets.ISO_8859_1);
    }

    MalformedPatchException malformed(long atLine, String problem) {
        return new MalformedPatchException(source, atLine, problem);
    }
}
