/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What the engine accepts, and what it refuses and how, case by case. */
class ApplyCasesTest {
    private static final String TEN = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";
    private static final Class<MalformedPatchException> MALFORMED = MalformedPatchException.class;
    private static final Class<PatchRefusedException> REFUSED = PatchRefusedException.class;
    private static final Class<PatchDoesNotFitException> MISFIT = PatchDoesNotFitException.class;

    @TempDir private Path temp;

    /** One case; what is not set is as in the simplest one. */
    private static final class Case {
        private final String name;
        private SortedMap<String, String> before = new TreeMap<>(Map.of("f", "-" + TEN));
        private SortedMap<String, String> after;
        private final StringBuilder patch = new StringBuilder();
        private ApplyOptions options = ApplyOptions.DEFAULT;
        private Class<? extends PatchException> error;
        private long line;
        private String message = "";
        private boolean alreadyApplied;

        Case(String name) {
            this.name = name;
        }

        Case before(String... pathsAndNodes) {
            before = tree(pathsAndNodes);
            return this;
        }

        Case patch(String... lines) {
            for (String text : lines) {
                patch.append(text).append('\n');
            }
            return this;
        }

        Case raw(String text) {
            patch.append(text);
            return this;
        }

        Case options(ApplyOptions newOptions) {
            options = newOptions;
            return this;
        }

        Case gives(String... pathsAndNodes) {
            after = tree(pathsAndNodes);
            return this;
        }

        Case fails(Class<? extends PatchException> newError, long atLine, String part) {
            error = newError;
            line = atLine;
            message = part;
            return this;
        }

        Case isAlreadyApplied(long atLine) {
            alreadyApplied = true;
            return fails(MISFIT, atLine, "already applied");
        }

        private static SortedMap<String, String> tree(String... pathsAndNodes) {
            SortedMap<String, String> tree = new TreeMap<>();
            for (int i = 0; i < pathsAndNodes.length; i += 2) {
                tree.put(pathsAndNodes[i], pathsAndNodes[i + 1]);
            }
            return tree;
        }
    }

    private static final ApplyOptions O = ApplyOptions.DEFAULT;

    private static Case is(String name) {
        return new Case(name);
    }

    /** A hunk that changes 5 to five, at this line. */
    private static String[] five(int line) {
        return new String[] {
            "--- a/f",
            "+++ b/f",
            "@@ -" + line + ",7 +" + line + ",7 @@",
            " 2",
            " 3",
            " 4",
            "-5",
            "+five",
            " 6",
            " 7",
            " 8"
        };
    }

    private static final String FIVE = TEN.replace("5", "five");

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        cases.addAll(placement());
        cases.addAll(newlines());
        cases.addAll(headers());
        cases.addAll(names());
        cases.addAll(refusals());
        cases.addAll(damage());
        cases.addAll(kinds());
        cases.addAll(applied());
        return cases;
    }

    private static List<Case> placement() {
        return List.of(
                is("exact").patch(five(2)).gives("f", "-" + FIVE),
                is("offset forwards")
                        .before("f", "-a\nb\n" + TEN)
                        .patch(five(2))
                        .gives("f", "-a\nb\n" + FIVE),
                is("offset backwards").patch(five(9)).gives("f", "-" + FIVE),
                is("nearest of two, the later first")
                        .before("f", "-x\na\nx\nx\nx\na\nx\n")
                        .patch("--- a/f", "+++ b/f", "@@ -3,3 +3,3 @@", " x", "-a", "+b", " x")
                        .gives("f", "-x\na\nx\nx\nx\nb\nx\n"),
                is("no fuzz by default")
                        .before("f", "-" + TEN.replace("2", "two"))
                        .patch(five(2))
                        .fails(MISFIT, 3, "hunk 1"),
                is("fuzz 1 ignores the outermost line and keeps it")
                        .before("f", "-" + TEN.replace("2", "two"))
                        .patch(five(2))
                        .options(O.withFuzz(1))
                        .gives("f", "-" + FIVE.replace("2", "two")),
                is("fuzz 2 is not enough for three lines")
                        .before("f", "-" + TEN.replace("4", "four"))
                        .patch(five(2))
                        .options(O.withFuzz(2))
                        .fails(MISFIT, 3, "hunk 1"),
                is("fuzz never ignores changed lines")
                        .before("f", "-" + TEN.replace("5", "V"))
                        .patch(five(2))
                        .options(O.withFuzz(9))
                        .fails(MISFIT, 3, "hunk 1"),
                is("a hunk at line 1 belongs to the beginning")
                        .before("f", "-x\n1\n2\n3\n4\n")
                        .patch("--- a/f", "+++ b/f", "@@ -1,3 +1,3 @@", " 1", "-2", "+two", " 3")
                        .fails(MISFIT, 3, "does not fit"),
                is("a hunk without context behind belongs to the end")
                        .before("f", "-1\n2\n3\n4\n")
                        .patch("--- a/f", "+++ b/f", "@@ -1,2 +1,2 @@", " 1", "-2", "+two")
                        .fails(MISFIT, 3, "does not fit"),
                is("insertion without context goes where it says")
                        .patch("--- a/f", "+++ b/f", "@@ -3,0 +4 @@", "+new")
                        .gives("f", "-" + TEN.replace("3\n", "3\nnew\n")),
                is("insertion without context at the top")
                        .patch(
                                "--- a/f",
                                "+++ b/f",
                                "@@ -0,0 +1 @@",
                                "+new",
                                "@@ -2 +3 @@",
                                "-2",
                                "+two")
                        .gives("f", "-new\n" + TEN.replace("2", "two")),
                is("change without context at the top")
                        .patch(
                                "--- a/f",
                                "+++ b/f",
                                "@@ -1 +1 @@",
                                "-1",
                                "+one",
                                "@@ -3 +3 @@",
                                "-3",
                                "+three")
                        .gives("f", "-" + TEN.replaceFirst("1", "one").replace("3", "three")),
                is("an empty file is not empty any more")
                        .patch("--- a/f", "+++ b/f", "@@ -0,0 +1 @@", "+new")
                        .fails(MISFIT, 3, "does not fit"),
                is("a file replaced as a whole has grown")
                        .before("f", "-1\n2\n")
                        .patch("--- a/f", "+++ b/f", "@@ -1 +1 @@", "-1", "+one")
                        .fails(MISFIT, 3, "does not fit"),
                is("insertion without context behind the end")
                        .patch("--- a/f", "+++ b/f", "@@ -30,0 +31 @@", "+new")
                        .fails(MISFIT, 3, "does not fit"),
                is("deletion without context of the right one of equal lines")
                        .before("f", "-a\na\na\nb\n")
                        .patch("--- a/f", "+++ b/f", "@@ -4 +3,0 @@", "-b")
                        .gives("f", "-a\na\na\n"),
                is("several hunks, the second moved by the first")
                        .patch(
                                "--- a/f",
                                "+++ b/f",
                                "@@ -1,3 +1,5 @@",
                                " 1",
                                "+x",
                                "+y",
                                " 2",
                                " 3",
                                "@@ -7,3 +9,2 @@",
                                " 7",
                                "-8",
                                " 9")
                        .gives("f", "-1\nx\ny\n2\n3\n4\n5\n6\n7\n9\n10\n"),
                is("hunks out of order")
                        .patch(
                                "--- a/f",
                                "+++ b/f",
                                "@@ -7,3 +7,2 @@",
                                " 7",
                                "-8",
                                " 9",
                                "@@ -2,3 +2,2 @@",
                                " 2",
                                "-3",
                                " 4")
                        .fails(MISFIT, 7, "hunk 2"),
                is("overlapping hunks")
                        .patch(
                                "--- a/f",
                                "+++ b/f",
                                "@@ -2,3 +2,3 @@",
                                " 2",
                                "-3",
                                "+x",
                                " 4",
                                "@@ -4,3 +4,3 @@",
                                " 4",
                                "-5",
                                "+y",
                                " 6")
                        .fails(MISFIT, 8, "hunk 2"),
                is("a failing second file undoes the first")
                        .patch(five(2))
                        .patch("--- a/g", "+++ b/g", "@@ -1 +1 @@", "-a", "+b")
                        .fails(MISFIT, 12, "g: is missing"),
                is("the same file twice in one patch")
                        .patch(five(2))
                        .patch("--- a/f", "+++ b/f", "@@ -5 +5 @@", "-five", "+V")
                        .gives("f", "-" + TEN.replace("5", "V")),
                is("the same file twice, backwards")
                        .before("f", "-" + TEN.replace("5", "V"))
                        .patch(five(2))
                        .patch("--- a/f", "+++ b/f", "@@ -5 +5 @@", "-five", "+V")
                        .options(O.withReverse(true))
                        .gives("f", "-" + TEN),
                is("reverse")
                        .before("f", "-" + FIVE)
                        .patch(five(2))
                        .options(O.withReverse(true))
                        .gives("f", "-" + TEN),
                is("blank context lines that lost their space")
                        .before("f", "-1\n\n3\n\n5\n")
                        .patch(
                                "--- a/f",
                                "+++ b/f",
                                "@@ -1,5 +1,5 @@",
                                " 1",
                                "",
                                "-3",
                                "+x",
                                "",
                                " 5")
                        .gives("f", "-1\n\nx\n\n5\n"));
    }

    private static List<Case> newlines() {
        return List.of(
                is("no newline on both sides")
                        .before("f", "-a\nb")
                        .patch(
                                "--- a/f",
                                "+++ b/f",
                                "@@ -1,2 +1,2 @@",
                                "-a",
                                "+x",
                                " b",
                                "\\ No newline at end of file")
                        .gives("f", "-x\nb"),
                is("newline added")
                        .before("f", "-a\nb")
                        .patch(
                                "--- a/f",
                                "+++ b/f",
                                "@@ -1,2 +1,2 @@",
                                " a",
                                "-b",
                                "\\ No newline at end of file",
                                "+b")
                        .gives("f", "-a\nb\n"),
                is("newline removed")
                        .before("f", "-a\nb\n")
                        .patch(
                                "--- a/f",
                                "+++ b/f",
                                "@@ -1,2 +1,2 @@",
                                " a",
                                "-b",
                                "+b",
                                "\\ No newline at end of file")
                        .gives("f", "-a\nb"),
                is("newline added, backwards")
                        .before("f", "-a\nb\n")
                        .patch(
                                "--- a/f",
                                "+++ b/f",
                                "@@ -1,2 +1,2 @@",
                                " a",
                                "-b",
                                "\\ No newline at end of file",
                                "+b")
                        .options(O.withReverse(true))
                        .gives("f", "-a\nb"),
                is("the marker in another language")
                        .before("f", "-a")
                        .patch(
                                "--- a/f",
                                "+++ b/f",
                                "@@ -1 +1 @@",
                                "-a",
                                "\\ Kein Zeilenumbruch",
                                "+b")
                        .gives("f", "-b\n"),
                is("a file without newline where one is expected")
                        .before("f", "-a\nb")
                        .patch("--- a/f", "+++ b/f", "@@ -1,2 +1,2 @@", "-a", "+x", " b")
                        .fails(MISFIT, 3, "does not fit"),
                is("a file with newline where none is expected")
                        .before("f", "-a\nb\n")
                        .patch(
                                "--- a/f",
                                "+++ b/f",
                                "@@ -1,2 +1,2 @@",
                                "-a",
                                "+x",
                                " b",
                                "\\ No newline at end of file")
                        .fails(MISFIT, 3, "does not fit"),
                is("insertion behind a line without newline")
                        .before("f", "-a")
                        .patch("--- a/f", "+++ b/f", "@@ -1,0 +2 @@", "+b")
                        .fails(MISFIT, 3, "does not fit"),
                is("CRLF in text is text")
                        .before("f", "-a\r\nb\r\nc\r\n")
                        .patch(
                                "--- a/f",
                                "+++ b/f",
                                "@@ -1,3 +1,3 @@",
                                " a\r",
                                "-b\r",
                                "+x\r",
                                " c\r")
                        .gives("f", "-a\r\nx\r\nc\r\n"),
                is("a patch that was turned to CRLF as a whole")
                        .before("f", "-a\r\nb\r\n")
                        .patch(
                                "--- a/f\r",
                                "+++ b/f\r",
                                "@@ -1,2 +1,2 @@\r",
                                " a\r",
                                "-b\r",
                                "+x\r")
                        .gives("f", "-a\r\nx\r\n"),
                is("a CRLF patch for a file without")
                        .before("f", "-a\nb\n")
                        .patch(
                                "--- a/f\r",
                                "+++ b/f\r",
                                "@@ -1,2 +1,2 @@\r",
                                " a\r",
                                "-b\r",
                                "+x\r")
                        .fails(MISFIT, 3, "<CR>"),
                is("bytes that are no UTF-8")
                        .before("f", "-\u00e9\u0080\n\u0000\n")
                        .patch(
                                "--- a/f",
                                "+++ b/f",
                                "@@ -1,2 +1,2 @@",
                                "-\u00e9\u0080",
                                "+\u00ff\u00fe",
                                " \u0000")
                        .gives("f", "-\u00ff\u00fe\n\u0000\n"));
    }

    private static List<Case> headers() {
        return List.of(
                is("text around the patch")
                        .patch(
                                "From: me",
                                "Subject: x",
                                "",
                                "--- not a header",
                                "+++ nor this",
                                "because no hunk follows",
                                "---",
                                " f | 2 +-",
                                "")
                        .patch(five(2))
                        .patch("-- ", "2.39.5", "")
                        .gives("f", "-" + FIVE),
                is("Index and separator lines")
                        .patch("Index: f", "===================================================")
                        .patch(five(2))
                        .gives("f", "-" + FIVE),
                is("times behind the names")
                        .patch(
                                "--- a/f\t2024-01-01 10:00:00.123456789 +0100",
                                "+++ b/f\t2024-01-02 10:00:00 +0100",
                                "@@ -1,2 +1,2 @@ int main(void)",
                                "-1",
                                "+one",
                                " 2")
                        .gives("f", "-" + TEN.replaceFirst("1", "one")),
                is("times without a tab")
                        .before("a b", "-1\n")
                        .patch(
                                "--- x/a b 2024-01-01 10:00:00.5 +0100",
                                "+++ y/a b 2024-01-02 10:00:00 +0100",
                                "@@ -1 +1 @@",
                                "-1",
                                "+2")
                        .gives("a b", "-2\n"),
                is("f.orig and f")
                        .patch("--- a/f.orig", "+++ b/f", "@@ -1,2 +1,2 @@", "-1", "+one", " 2")
                        .gives("f", "-" + TEN.replaceFirst("1", "one")),
                is("f and f.new")
                        .patch("--- a/f", "+++ b/f.new", "@@ -1,2 +1,2 @@", "-1", "+one", " 2")
                        .gives("f", "-" + TEN.replaceFirst("1", "one")),
                is("strip 0")
                        .before("a/f", "-1\n")
                        .patch("--- a/f", "+++ a/f", "@@ -1 +1 @@", "-1", "+2")
                        .options(O.withStrip(0))
                        .gives("a/f", "-2\n"),
                is("strip 3")
                        .before("f", "-1\n")
                        .patch("--- x//y/z/f", "+++ p/q/r/f", "@@ -1 +1 @@", "-1", "+2")
                        .options(O.withStrip(3))
                        .gives("f", "-2\n"),
                is("strip more than there is")
                        .patch(five(2))
                        .options(O.withStrip(2))
                        .fails(MALFORMED, 1, "2 components"),
                is("git: strip more than there is")
                        .patch(
                                "diff --git a/f b/f",
                                "--- a/f",
                                "+++ b/f",
                                "@@ -1 +1 @@",
                                "-1",
                                "+2")
                        .options(O.withStrip(2))
                        .fails(MALFORMED, 2, "2 components"),
                is("a file of the year 0 is new")
                        .before("g", "-")
                        .patch(
                                "--- a/f\t1970-01-01 01:00:00.000000000 +0100",
                                "+++ b/f\t2024-01-02 10:00:00 +0100",
                                "@@ -0,0 +1 @@",
                                "+x")
                        .gives("f", "-x\n", "g", "-"),
                is("a file that ends in the year 0 is deleted")
                        .before("f", "-x\n", "g", "-")
                        .patch(
                                "--- a/f\t2024-01-02 10:00:00 +0100",
                                "+++ b/f\t1969-12-31 17:00:00 -0700",
                                "@@ -1 +0,0 @@",
                                "-x")
                        .gives("g", "-"),
                is("a file that becomes empty stays")
                        .before("f", "-x\n")
                        .patch("--- a/f", "+++ b/f", "@@ -1 +0,0 @@", "-x")
                        .gives("f", "-"),
                is("a missing file that nothing precedes is made")
                        .before("g", "-")
                        .patch("--- a/d/f", "+++ b/d/f", "@@ -0,0 +1 @@", "+x")
                        .gives("d/f", "-x\n", "g", "-"));
    }

    private static List<Case> names() {
        return List.of(
                is("quoted, octal and escaped")
                        .before("t\tab", "-1\n", "\u00c3\u00a4\u00ff", "-1\n", "q\"\\", "-1\n")
                        .patch(
                                "--- \"a/t\\tab\"",
                                "+++ \"b/t\\tab\"",
                                "@@ -1 +1 @@",
                                "-1",
                                "+2",
                                "--- \"a/\\303\\244\\377\"",
                                "+++ \"b/\\303\\244\\377\"",
                                "@@ -1 +1 @@",
                                "-1",
                                "+3",
                                "--- \"a/q\\\"\\\\\"",
                                "+++ \"b/q\\\"\\\\\"",
                                "@@ -1 +1 @@",
                                "-1",
                                "+4")
                        .gives("t\tab", "-2\n", "\u00c3\u00a4\u00ff", "-3\n", "q\"\\", "-4\n"),
                is("raw Latin-1")
                        .before("\u00e4", "-1\n")
                        .patch("--- a/\u00e4", "+++ b/\u00e4", "@@ -1 +1 @@", "-1", "+2")
                        .gives("\u00e4", "-2\n"),
                is("spaces, git's way")
                        .before("a b/c d", "-1\n")
                        .patch(
                                "diff --git a/a b/c d b/a b/c d",
                                "--- a/a b/c d\t",
                                "+++ b/a b/c d\t",
                                "@@ -1 +1 @@",
                                "-1",
                                "+2")
                        .gives("a b/c d", "-2\n"),
                is("mode of a name with spaces")
                        .before("a b/c d", "-1\n")
                        .patch(
                                "diff --git a/a b/c d b/a b/c d",
                                "old mode 100644",
                                "new mode 100755")
                        .gives("a b/c d", "x1\n"),
                is("dots and doubled slashes")
                        .before("d/f", "-1\n")
                        .patch("--- a/./d//f", "+++ b/./d//f", "@@ -1 +1 @@", "-1", "+2")
                        .gives("d/f", "-2\n"),
                is("damaged quotation")
                        .patch("--- \"a/f", "+++ \"b/f", "@@ -1 +1 @@", "-1", "+2")
                        .fails(MALFORMED, 1, "quoted"));
    }

    private static Case refusal(String name, String path) {
        return is(name).patch("--- " + path, "+++ " + path, "@@ -0,0 +1 @@", "+x")
                .fails(REFUSED, 1, "refused");
    }

    private static List<Case> refusals() {
        return List.of(
                refusal("traversal", "a/../../x"),
                refusal("traversal inside", "a/d/../f"),
                refusal("traversal behind a quotation", "\"a/\\056\\056/x\""),
                refusal("absolute", "/etc/passwd"),
                refusal("absolute, quoted", "\"/etc/passwd\""),
                refusal("drive", "C:/x"),
                refusal("git directory", "a/.git/hooks/post-checkout"),
                refusal("git directory, other case", "a/d/.GIT/config"),
                refusal("git directory, short name", "a/git~1/config"),
                refusal("NUL", "\"a/x\\000y\""),
                refusal("the journal", "a/.wasm-linux-patching/journal"),
                is("rename out of the tree")
                        .patch("diff --git a/f b/../f", "rename from f", "rename to ../f")
                        .fails(REFUSED, 1, "leads out"),
                is("copy into the git directory")
                        .patch("diff --git a/f b/.git/x", "copy from f", "copy to .git/x")
                        .fails(REFUSED, 1, "git directory"),
                is("through a link in the tree")
                        .before("real/f", "-1\n", "link", "@real")
                        .patch("--- a/link/f", "+++ b/link/f", "@@ -1 +1 @@", "-1", "+2")
                        .fails(REFUSED, 1, "symbolic link"),
                is("new file through a link")
                        .before("link", "@/nowhere", "g", "-")
                        .patch("--- /dev/null", "+++ b/link/f", "@@ -0,0 +1 @@", "+x")
                        .fails(REFUSED, 1, "symbolic link"),
                is("the target is a link")
                        .before("real", "-1\n", "f", "@real")
                        .patch("--- a/f", "+++ b/f", "@@ -1 +1 @@", "-1", "+2")
                        .fails(REFUSED, 1, "symbolic link"),
                is("through a link that the patch makes")
                        .before("g", "-")
                        .patch(
                                "diff --git a/l b/l",
                                "new file mode 120000",
                                "--- /dev/null",
                                "+++ b/l",
                                "@@ -0,0 +1 @@",
                                "+d",
                                "\\ No newline at end of file",
                                "diff --git a/l/f b/l/f",
                                "new file mode 100644",
                                "--- /dev/null",
                                "+++ b/l/f",
                                "@@ -0,0 +1 @@",
                                "+x")
                        .fails(REFUSED, 8, "symbolic link"),
                is("a link out of the tree")
                        .before("g", "-")
                        .patch(
                                "diff --git a/d/l b/d/l",
                                "new file mode 120000",
                                "--- /dev/null",
                                "+++ b/d/l",
                                "@@ -0,0 +1 @@",
                                "+../../x",
                                "\\ No newline at end of file")
                        .fails(REFUSED, 1, "leads out"),
                is("an absolute link")
                        .before("g", "-")
                        .patch(
                                "diff --git a/l b/l",
                                "new file mode 120000",
                                "--- /dev/null",
                                "+++ b/l",
                                "@@ -0,0 +1 @@",
                                "+/etc",
                                "\\ No newline at end of file")
                        .fails(REFUSED, 1, "absolute"),
                is("a link inside the tree")
                        .before("g", "-")
                        .patch(
                                "diff --git a/d/l b/d/l",
                                "new file mode 120000",
                                "--- /dev/null",
                                "+++ b/d/l",
                                "@@ -0,0 +1 @@",
                                "+../g",
                                "\\ No newline at end of file")
                        .gives("g", "-", "d/l", "@../g"),
                is("a submodule")
                        .before("g", "-")
                        .patch(
                                "diff --git a/s b/s",
                                "new file mode 160000",
                                "--- /dev/null",
                                "+++ b/s",
                                "@@ -0,0 +1 @@",
                                "+Subproject commit 0")
                        .fails(REFUSED, 2, "submodule"));
    }

    private static List<Case> damage() {
        return List.of(
                is("empty").fails(MALFORMED, 1, "no patch"),
                is("only text").patch("hello", "world").fails(MALFORMED, 1, "no patch"),
                is("truncated hunk")
                        .patch("--- a/f", "+++ b/f", "@@ -1,3 +1,3 @@", " 1", "-2")
                        .fails(MALFORMED, 6, "ends inside a hunk"),
                is("truncated line")
                        .patch("--- a/f", "+++ b/f", "@@ -1,2 +1,2 @@", " 1")
                        .raw("-2")
                        .fails(MALFORMED, 5, "ends inside"),
                is("truncated behind the header")
                        .patch("--- a/f", "+++ b/f")
                        .fails(MALFORMED, 2, "ends behind"),
                is("counts too large")
                        .patch(
                                "--- a/f",
                                "+++ b/f",
                                "@@ -1,4 +1,4 @@",
                                " 1",
                                "-2",
                                "+x",
                                " 3",
                                "some text")
                        .fails(MALFORMED, 8, "shorter"),
                is("counts too small")
                        .patch("--- a/f", "+++ b/f", "@@ -1,2 +1,2 @@", " 1", "-2", "+x", " 3")
                        .fails(MALFORMED, 7, "more lines"),
                is("counts too small, addition")
                        .patch("--- a/f", "+++ b/f", "@@ -1,2 +1,2 @@", " 1", "-2", "+x", "+y")
                        .fails(MALFORMED, 7, "more lines"),
                is("unequal counts")
                        .patch("--- a/f", "+++ b/f", "@@ -1,2 +1,1 @@", " 1", " 2")
                        .fails(MALFORMED, 5, "more lines"),
                is("damaged hunk header")
                        .patch("--- a/f", "+++ b/f", "@@ -1,x +1 @@", "-1", "+2")
                        .fails(MALFORMED, 3, "hunk header"),
                is("huge numbers")
                        .patch("--- a/f", "+++ b/f", "@@ -1,99999999999999999999 +1 @@", "-1")
                        .fails(MALFORMED, 3, "hunk header"),
                is("second hunk header damaged")
                        .patch(five(2))
                        .patch("@@ -9 +9", "-9", "+nine")
                        .fails(MALFORMED, 12, "hunk header"),
                is("hunk without file")
                        .patch("@@ -1 +1 @@", "-1", "+2")
                        .fails(MALFORMED, 1, "without a file header"),
                is("hunk that changes nothing")
                        .patch("--- a/f", "+++ b/f", "@@ -1 +1 @@", " 1")
                        .fails(MALFORMED, 3, "changes nothing"),
                is("both names nothing")
                        .patch("--- /dev/null", "+++ /dev/null", "@@ -0,0 +1 @@", "+x")
                        .fails(MALFORMED, 1, "/dev/null"),
                is("new file with old lines")
                        .patch("--- /dev/null", "+++ b/g", "@@ -1 +1 @@", "-1", "+2")
                        .fails(MALFORMED, 3, "new file"),
                is("no-newline marker in the middle")
                        .patch(
                                "--- a/f",
                                "+++ b/f",
                                "@@ -1,2 +1,2 @@",
                                "-1",
                                "\\ No newline at end of file",
                                " 2",
                                "+x")
                        .fails(MALFORMED, 5, "newline"),
                is("context diff")
                        .patch("*** a/f", "--- b/f", "***************", "*** 1 ****")
                        .fails(MALFORMED, 1, "context diffs"),
                is("binary change without data")
                        .patch(
                                "diff --git a/f b/f",
                                "index 1111111..2222222 100644",
                                "Binary files a/f and b/f differ")
                        .fails(MALFORMED, 3, "--binary"),
                is("plain binary difference")
                        .patch("Binary files a/f and b/f differ")
                        .fails(MALFORMED, 1, "without its data"),
                is("git header without a change")
                        .patch("diff --git a/f b/f", "index 1111111..2222222 100644")
                        .fails(MALFORMED, 1, "no change"),
                is("git names that contradict")
                        .patch(
                                "diff --git a/f b/f",
                                "--- a/f",
                                "+++ b/g",
                                "@@ -1 +1 @@",
                                "-1",
                                "+2")
                        .fails(MALFORMED, 1, "contradict"),
                is("damage in the second file undoes the first")
                        .patch(five(2))
                        .patch("--- a/f", "+++ b/f", "@@ -9,2 +9,2 @@", " 9")
                        .fails(MALFORMED, 16, "ends inside a hunk"),
                is("binary data with a wrong digit")
                        .patch(
                                "diff --git a/b b/b",
                                "new file mode 100644",
                                "index "
                                        + "0".repeat(40)
                                        + "..b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0",
                                "GIT binary patch",
                                "literal 5",
                                "McmYdfE=kNw\"XBlTF8}}l",
                                "")
                        .fails(MALFORMED, 6, "binary"));
    }

    private static List<Case> kinds() {
        return List.of(
                is("new empty file")
                        .before("g", "-")
                        .patch("diff --git a/e b/e", "new file mode 100644", "index 000..e69")
                        .gives("e", "-", "g", "-"),
                is("new executable")
                        .before("g", "-")
                        .patch(
                                "diff --git a/e b/e",
                                "new file mode 100755",
                                "--- /dev/null",
                                "+++ b/e",
                                "@@ -0,0 +1 @@",
                                "+x")
                        .gives("e", "xx\n", "g", "-"),
                is("deletion takes the empty directory along")
                        .before("d/e/f", "-x\n", "g", "-")
                        .patch(
                                "diff --git a/d/e/f b/d/e/f",
                                "deleted file mode 100644",
                                "--- a/d/e/f",
                                "+++ /dev/null",
                                "@@ -1 +0,0 @@",
                                "-x")
                        .gives("g", "-"),
                is("deletion of more than is known")
                        .before("f", "-x\ny\n")
                        .patch(
                                "diff --git a/f b/f",
                                "deleted file mode 100644",
                                "--- a/f",
                                "+++ /dev/null",
                                "@@ -1 +0,0 @@",
                                "-x")
                        .fails(MISFIT, 5, "does not fit"),
                is("deletion without content of a full file")
                        .before("f", "-x\n")
                        .patch("diff --git a/f b/f", "deleted file mode 100644", "index 1..0")
                        .fails(MISFIT, 1, "more content"),
                is("rename")
                        .patch(
                                "diff --git a/f b/d/g",
                                "similarity index 100%",
                                "rename from f",
                                "rename to d/g")
                        .gives("d/g", "-" + TEN),
                is("rename with a change and a mode")
                        .patch(
                                "diff --git a/f b/g",
                                "old mode 100644",
                                "new mode 100755",
                                "rename from f",
                                "rename to g",
                                "--- a/f",
                                "+++ b/g",
                                "@@ -1,2 +1,2 @@",
                                "-1",
                                "+one",
                                " 2")
                        .gives("g", "x" + TEN.replaceFirst("1", "one")),
                is("rename, backwards")
                        .before("d/g", "-1\n")
                        .patch("diff --git a/f b/d/g", "rename from f", "rename to d/g")
                        .options(O.withReverse(true))
                        .gives("f", "-1\n"),
                is("rename onto something")
                        .before("f", "-1\n", "g", "-2\n")
                        .patch("diff --git a/f b/g", "rename from f", "rename to g")
                        .fails(MISFIT, 1, "exists already"),
                is("copy")
                        .before("f", "-1\n")
                        .patch("diff --git a/f b/g", "copy from f", "copy to g")
                        .gives("f", "-1\n", "g", "-1\n"),
                is("copy, backwards")
                        .before("f", "-1\n", "g", "-1\n")
                        .patch("diff --git a/f b/g", "copy from f", "copy to g")
                        .options(O.withReverse(true))
                        .gives("f", "-1\n"),
                is("copy of what was there before the patch")
                        .before("f", "-1\n")
                        .patch(
                                "diff --git a/f b/f",
                                "--- a/f",
                                "+++ b/f",
                                "@@ -1 +1 @@",
                                "-1",
                                "+2",
                                "diff --git a/f b/g",
                                "copy from f",
                                "copy to g",
                                "--- a/f",
                                "+++ b/g",
                                "@@ -1 +1 @@",
                                "-1",
                                "+3")
                        .gives("f", "-2\n", "g", "-3\n"),
                is("exchange of two names")
                        .before("f", "-1\n", "g", "-2\n")
                        .patch(
                                "diff --git a/f b/g",
                                "rename from f",
                                "rename to g",
                                "diff --git a/g b/f",
                                "rename from g",
                                "rename to f")
                        .gives("f", "-2\n", "g", "-1\n"),
                is("a file becomes a directory")
                        .before("f", "-1\n")
                        .patch(
                                "diff --git a/f b/f",
                                "deleted file mode 100644",
                                "--- a/f",
                                "+++ /dev/null",
                                "@@ -1 +0,0 @@",
                                "-1",
                                "diff --git a/f/x b/f/x",
                                "new file mode 100644",
                                "--- /dev/null",
                                "+++ b/f/x",
                                "@@ -0,0 +1 @@",
                                "+2")
                        .gives("f/x", "-2\n"),
                is("a directory becomes a file")
                        .before("f/x", "-2\n")
                        .patch(
                                "diff --git a/f b/f",
                                "new file mode 100644",
                                "--- /dev/null",
                                "+++ b/f",
                                "@@ -0,0 +1 @@",
                                "+1",
                                "diff --git a/f/x b/f/x",
                                "deleted file mode 100644",
                                "--- a/f/x",
                                "+++ /dev/null",
                                "@@ -1 +0,0 @@",
                                "-2")
                        .gives("f", "-1\n"),
                is("a directory that is not empty stays one")
                        .before("f/x", "-2\n", "f/y", "-3\n")
                        .patch(
                                "diff --git a/f b/f",
                                "new file mode 100644",
                                "--- /dev/null",
                                "+++ b/f",
                                "@@ -0,0 +1 @@",
                                "+1",
                                "diff --git a/f/x b/f/x",
                                "deleted file mode 100644",
                                "--- a/f/x",
                                "+++ /dev/null",
                                "@@ -1 +0,0 @@",
                                "-2")
                        .fails(MISFIT, 1, "holds f/y"),
                is("a new file below a file")
                        .before("f", "-1\n")
                        .patch("--- /dev/null", "+++ b/f/x", "@@ -0,0 +1 @@", "+2")
                        .fails(MISFIT, 1, "no directory"),
                is("a change of a directory")
                        .before("f/x", "-1\n")
                        .patch("--- a/f", "+++ b/f", "@@ -1 +1 @@", "-1", "+2")
                        .fails(MISFIT, 1, "is a directory"));
    }

    private static List<Case> applied() {
        return List.of(
                is("applied already").before("f", "-" + FIVE).patch(five(2)).isAlreadyApplied(3),
                is("reversed already")
                        .patch(five(2))
                        .options(O.withReverse(true))
                        .isAlreadyApplied(3),
                is("new file is there already")
                        .before("f", "-x\n")
                        .patch("--- /dev/null", "+++ b/f", "@@ -0,0 +1 @@", "+x")
                        .isAlreadyApplied(1),
                is("another file is there")
                        .before("f", "-y\n")
                        .patch("--- /dev/null", "+++ b/f", "@@ -0,0 +1 @@", "+x")
                        .fails(MISFIT, 1, "exists already"),
                is("deleted already")
                        .before("g", "-")
                        .patch("--- a/f", "+++ /dev/null", "@@ -1 +0,0 @@", "-x")
                        .isAlreadyApplied(1),
                is("renamed already")
                        .before("g", "-1\n")
                        .patch("diff --git a/f b/g", "rename from f", "rename to g")
                        .isAlreadyApplied(1),
                is("one of two applied already")
                        .before("f", "-" + FIVE, "g", "-1\n")
                        .patch(five(2))
                        .patch("--- a/g", "+++ b/g", "@@ -1 +1 @@", "-1", "+2")
                        .fails(MISFIT, 3, "(already applied)"),
                is("comparison with the nearest text")
                        .before("f", "-0\n" + TEN.replace("4", "four"))
                        .patch(five(2))
                        .fails(MISFIT, 3, "| four"));
    }

    @TestFactory
    Stream<DynamicTest> eachCase() {
        return cases().stream().map(c -> DynamicTest.dynamicTest(c.name, () -> check(c)));
    }

    private void check(Case c) throws IOException {
        Path tree = Files.createTempDirectory(temp, "tree");
        Trees.write(tree, c.before);
        FileTime untouched = FileTime.fromMillis(1_000_000_000_000L);
        Files.setLastModifiedTime(tree, untouched);
        byte[] bytes = c.patch.toString().getBytes(StandardCharsets.ISO_8859_1);
        List<PatchSource> patch = List.of(PatchSource.of("p", bytes));
        Throwable thrown = catchThrowable(() -> Patches.apply(tree, patch, c.options));
        if (c.error == null) {
            assertThat(thrown).isNull();
            assertThat(Trees.read(tree)).isEqualTo(c.after);
            return;
        }
        assertThat(thrown).isInstanceOf(c.error).hasMessageContaining(c.message);
        assertThat(((PatchException) thrown).line()).as(thrown.getMessage()).isEqualTo(c.line);
        if (thrown instanceof PatchDoesNotFitException misfit) {
            assertThat(misfit.alreadyApplied()).isEqualTo(c.alreadyApplied);
        }
        assertThat(Trees.read(tree)).isEqualTo(c.before);
        assertThat(Files.getLastModifiedTime(tree)).isEqualTo(untouched);
    }
}
