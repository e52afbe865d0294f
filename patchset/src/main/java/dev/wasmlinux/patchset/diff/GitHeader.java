/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.diff;

import dev.wasmlinux.patchset.PatchRefusedException;
import java.io.IOException;

/** Reads one {@code diff --git} header with its extended lines and binary sections. */
final class GitHeader {
    private final PatchParser in;
    private final long startLine;
    private final long start;

    private String defaultName;
    private String fromName;
    private String toName;
    private String minusName;
    private String plusName;
    private boolean minusNothing;
    private boolean plusNothing;
    private boolean created;
    private boolean deleted;
    private boolean renamed;
    private boolean copied;
    private int oldMode;
    private int newMode;
    private String oldId = "";
    private String newId = "";
    private BinaryChange binary;
    private boolean hunks;

    GitHeader(PatchParser in, long startLine, long start) {
        this.in = in;
        this.startLine = startLine;
        this.start = start;
    }

    FilePatch read() throws IOException {
        defaultName = defaultName(in.text().substring("diff --git ".length()));
        in.skipLine();
        while (!in.ended() && readLine()) {
            in.skipLine();
        }
        return build();
    }

    /** Reads one line of the header; false if it is none, or the last thing was read already. */
    private boolean readLine() throws IOException {
        if (in.at("@@ -")) {
            hunks = true;
            return false;
        }
        if (in.at("GIT binary patch")) {
            in.skipLine();
            readBinary();
            return false;
        }
        if (in.at("Binary files ")) {
            throw in.malformed(
                    in.line(),
                    "binary change without its data; make the patch with git diff --binary");
        }
        if (in.at("--- ")) {
            minusName = plainName(in.text().substring(4));
            minusNothing = minusName == null;
            return true;
        }
        if (in.at("+++ ")) {
            plusName = plainName(in.text().substring(4));
            plusNothing = plusName == null;
            return true;
        }
        return readExtended();
    }

    private boolean readExtended() throws IOException {
        if (in.at("old mode ")) {
            oldMode = mode("old mode ");
        } else if (in.at("new mode ")) {
            newMode = mode("new mode ");
        } else if (in.at("deleted file mode ")) {
            oldMode = mode("deleted file mode ");
            deleted = true;
        } else if (in.at("new file mode ")) {
            newMode = mode("new file mode ");
            created = true;
        } else if (in.at("rename from ") || in.at("rename old ")) {
            fromName = extendedName(in.text().substring(in.at("rename from ") ? 12 : 11));
            renamed = true;
        } else if (in.at("rename to ") || in.at("rename new ")) {
            toName = extendedName(in.text().substring(in.at("rename to ") ? 10 : 11));
            renamed = true;
        } else if (in.at("copy from ")) {
            fromName = extendedName(in.text().substring(10));
            copied = true;
        } else if (in.at("copy to ")) {
            toName = extendedName(in.text().substring(8));
            copied = true;
        } else if (in.at("index ")) {
            readIndex(in.text().substring(6));
        } else {
            return in.at("similarity index ") || in.at("dissimilarity index ");
        }
        return true;
    }

    private int mode(String prefix) throws IOException {
        return mode(in.text().substring(prefix.length()), true);
    }

    private int mode(String digits, boolean required) {
        String text = digits.stripTrailing();
        if (!text.matches("[0-7]{1,7}")) {
            if (required) {
                throw in.malformed(in.line(), "damaged mode: " + Names.show(digits));
            }
            return 0;
        }
        int mode = Integer.parseInt(text, 8);
        if ((mode & 0170000) == 0160000) {
            throw new PatchRefusedException(in.source(), in.line(), "submodules are not supported");
        }
        if (!FilePatch.isLink(mode) && !FilePatch.isRegular(mode)) {
            throw in.malformed(in.line(), "mode of neither a file nor a link: " + text);
        }
        return mode;
    }

    private void readIndex(String text) {
        int dots = text.indexOf("..");
        if (dots < 0) {
            return;
        }
        int space = text.indexOf(' ', dots);
        String before = text.substring(0, dots);
        String after = text.substring(dots + 2, space < 0 ? text.length() : space).stripTrailing();
        oldId = isFullId(before) ? before : "";
        newId = isFullId(after) ? after : "";
        if (space >= 0 && oldMode == 0) {
            oldMode = mode(text.substring(space + 1), false);
        }
    }

    private static boolean isFullId(String text) {
        return text.matches("[0-9a-f]{40}|[0-9a-f]{64}");
    }

    private String plainName(String text) {
        String name;
        if (text.startsWith("\"")) {
            Quoting.Unquoted unquoted = Quoting.unquote(text, 0);
            if (unquoted == null) {
                throw in.malformed(in.line(), "damaged quoted name");
            }
            name = unquoted.name();
        } else {
            int tab = text.indexOf('\t');
            name = tab < 0 ? text : text.substring(0, tab);
        }
        return name.equals("/dev/null") ? null : stripped(name, in.strip());
    }

    /** Names of renames and copies have no {@code a/} before them. */
    private String extendedName(String text) {
        String name = text;
        if (text.startsWith("\"")) {
            Quoting.Unquoted unquoted = Quoting.unquote(text, 0);
            if (unquoted == null) {
                throw in.malformed(in.line(), "damaged quoted name");
            }
            name = unquoted.name();
        }
        return stripped(name, Math.max(in.strip() - 1, 0));
    }

    private String stripped(String name, int strip) {
        Names.checkRelative(name, in.source(), in.line());
        String stripped = Names.strip(name, strip);
        if (stripped == null) {
            throw in.malformed(
                    in.line(),
                    "\"" + Names.show(name) + "\" has no more than " + strip + " components");
        }
        return stripped;
    }

    /** The name in the first line, if both names there are the same once stripped; else null. */
    private String defaultName(String names) {
        if (names.startsWith("\"")) {
            Quoting.Unquoted first = Quoting.unquote(names, 0);
            if (first == null || first.end() >= names.length()) {
                return null;
            }
            return same(first.name(), names.substring(first.end() + 1));
        }
        for (int i = names.indexOf(' '); i >= 0; i = names.indexOf(' ', i + 1)) {
            String same = same(names.substring(0, i), names.substring(i + 1));
            if (same != null) {
                return same;
            }
        }
        return null;
    }

    private String same(String first, String second) {
        String unquoted = second;
        if (second.startsWith("\"")) {
            Quoting.Unquoted quoted = Quoting.unquote(second, 0);
            if (quoted == null || quoted.end() != second.length()) {
                return null;
            }
            unquoted = quoted.name();
        }
        String a = Names.strip(first, in.strip());
        if (a == null || !a.equals(Names.strip(unquoted, in.strip()))) {
            return null;
        }
        Names.checkRelative(first, in.source(), startLine);
        Names.checkRelative(unquoted, in.source(), startLine);
        return a;
    }

    private void readBinary() throws IOException {
        BinaryChange.Section forward = section();
        if (forward == null) {
            throw in.malformed(in.line(), "binary change without data");
        }
        binary = new BinaryChange(forward, in.ended() ? null : section());
    }

    private BinaryChange.Section section() throws IOException {
        boolean delta = in.at("delta ");
        if (!delta && !in.at("literal ")) {
            return null;
        }
        String digits = in.text().substring(delta ? 6 : 8);
        if (!digits.matches("[0-9]{1,15}")) {
            throw in.malformed(in.line(), "damaged size of a binary change");
        }
        in.skipLine();
        long dataLine = in.line();
        long dataStart = in.position();
        while (true) {
            if (in.ended()) {
                throw in.malformed(in.line(), "the patch ends inside a binary change");
            }
            if (in.text().isEmpty()) {
                BinaryChange.Section section =
                        new BinaryChange.Section(
                                delta, Long.parseLong(digits), dataLine, dataStart, in.position());
                in.skipLine();
                return section;
            }
            in.skipLine();
        }
    }

    private FilePatch build() {
        FilePatch.Action action = action();
        String oldName = null;
        String newName = null;
        if (action != FilePatch.Action.CREATE) {
            oldName = name(fromName, minusName);
        }
        if (action != FilePatch.Action.DELETE) {
            newName = name(toName, plusName);
        }
        boolean sameName = action == FilePatch.Action.MODIFY;
        if (sameName && !oldName.equals(newName)) {
            throw in.malformed(startLine, "the names differ, but nothing says that it is a rename");
        }
        boolean changes =
                !sameName || hunks || binary != null || oldMode != newMode && newMode != 0;
        if (!changes) {
            throw in.malformed(startLine, "the file's header is followed by no change");
        }
        if (newMode != 0
                && oldMode != 0
                && FilePatch.isLink(newMode) != FilePatch.isLink(oldMode)) {
            throw in.malformed(startLine, "a file cannot become a link by a change of mode");
        }
        if (binary != null && (oldId.isEmpty() || newId.isEmpty())) {
            throw in.malformed(startLine, "binary change without full object names");
        }
        int finalMode = newMode;
        if (newMode == 0 && !deleted && oldMode != 0 && created) {
            finalMode = oldMode;
        }
        return new FilePatch(
                action, oldName, newName, oldMode, finalMode, oldId, newId, true, binary, startLine,
                start);
    }

    private FilePatch.Action action() {
        boolean create = created || minusNothing;
        boolean delete = deleted || plusNothing;
        int kinds = (create ? 1 : 0) + (delete ? 1 : 0) + (renamed ? 1 : 0) + (copied ? 1 : 0);
        if (kinds > 1) {
            throw in.malformed(startLine, "the header contradicts itself");
        }
        boolean consistent =
                (!create || minusName == null)
                        && (!delete || plusName == null)
                        && (!(renamed || copied) || (fromName != null && toName != null));
        if (!consistent) {
            throw in.malformed(startLine, "the header's names contradict each other");
        }
        if (create) {
            return FilePatch.Action.CREATE;
        }
        if (delete) {
            return FilePatch.Action.DELETE;
        }
        return renamed
                ? FilePatch.Action.RENAME
                : copied ? FilePatch.Action.COPY : FilePatch.Action.MODIFY;
    }

    /** The one name that the header's lines agree on. */
    private String name(String extended, String plain) {
        String name = extended != null ? extended : plain != null ? plain : defaultName;
        if (name == null) {
            throw in.malformed(
                    startLine,
                    "no file name is left after stripping " + in.strip() + " components");
        }
        boolean agree =
                (plain == null || plain.equals(name))
                        && (extended != null || defaultName == null || defaultName.equals(name));
        if (!agree) {
            throw in.malformed(startLine, "the header's names contradict each other");
        }
        Names.check(name, in.source(), startLine);
        return name;
    }
}
