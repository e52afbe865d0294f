/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.write;

import dev.wasmlinux.patchset.content.Content;
import dev.wasmlinux.patchset.diff.Quoting;
import dev.wasmlinux.patchset.tree.Node;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** Writes git diffs with three lines of context; binary files as literals. */
public final class DiffWriter {
    private static final int CONTEXT = 3;
    private static final int LARGEST = 1 << 28;

    /** As git: a file is binary if there is a NUL among its first bytes. */
    private static final int LOOKED_AT = 8000;

    private static final String NOTHING = "0".repeat(40);
    private static final String BASE_85 =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

    private final OutputStream out;

    /** Writes to a stream, which stays open. */
    public DiffWriter(OutputStream out) {
        this.out = out;
    }

    /**
     * Writes what makes the one of the other; nothing if they are the same.
     *
     * @param path the path, a byte string
     * @param before what was there: a file, a link, or null
     * @param after what is there
     */
    public void write(String path, Node before, Node after) throws IOException {
        boolean changesType = before != null && after != null && isLink(before) != isLink(after);
        if (changesType) {
            write(path, before, null);
            write(path, null, after);
            return;
        }
        byte[] old = bytes(before);
        byte[] fresh = bytes(after);
        boolean sameContent = java.util.Arrays.equals(old, fresh);
        if (before == null && after == null
                || before != null
                        && after != null
                        && sameContent
                        && mode(before).equals(mode(after))) {
            return;
        }
        text("diff --git " + Quoting.quote("a/" + path) + " " + Quoting.quote("b/" + path) + "\n");
        if (before == null) {
            text("new file mode " + mode(after) + "\n");
        } else if (after == null) {
            text("deleted file mode " + mode(before) + "\n");
        } else if (!mode(before).equals(mode(after))) {
            text("old mode " + mode(before) + "\nnew mode " + mode(after) + "\n");
        }
        if (sameContent) {
            return;
        }
        if (isBinary(old) || isBinary(fresh)) {
            String oldId = before == null ? NOTHING : name(old);
            String newId = after == null ? NOTHING : name(fresh);
            text("index " + oldId + ".." + newId + "\nGIT binary patch\n");
            literal(fresh);
            literal(old);
            return;
        }
        text("--- " + (before == null ? "/dev/null" : plainName("a/" + path)) + "\n");
        text("+++ " + (after == null ? "/dev/null" : plainName("b/" + path)) + "\n");
        hunks(new LineDiff(old, fresh));
    }

    /** Git ends a name with blanks by a tab, so that nothing is taken for a time. */
    private static String plainName(String name) {
        String quoted = Quoting.quote(name);
        return quoted.indexOf(' ') >= 0 && !quoted.startsWith("\"") ? quoted + "\t" : quoted;
    }

    private static boolean isLink(Node node) {
        return node instanceof Node.Link;
    }

    private static String mode(Node node) {
        return node instanceof Node.File file ? file.executable() ? "100755" : "100644" : "120000";
    }

    private static byte[] bytes(Node node) throws IOException {
        if (node == null) {
            return new byte[0];
        }
        Content content =
                node instanceof Node.File file ? file.content() : ((Node.Link) node).content();
        return content.readAll(LARGEST);
    }

    private static boolean isBinary(byte[] content) {
        for (int i = 0; i < Math.min(content.length, LOOKED_AT); i++) {
            if (content[i] == 0) {
                return true;
            }
        }
        return false;
    }

    private static String name(byte[] content) {
        MessageDigest digest = Content.digest("SHA-1");
        digest.update(("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII));
        return HexFormat.of().formatHex(digest.digest(content));
    }

    private void hunks(LineDiff diff) throws IOException {
        int oldCount = diff.oldLines().size();
        int newCount = diff.newLines().size();
        int i = 0;
        int j = 0;
        while (true) {
            while (i < oldCount && j < newCount && !diff.isRemoved(i) && !diff.isAdded(j)) {
                i++;
                j++;
            }
            if (i == oldCount && j == newCount) {
                return;
            }
            int leading = Math.min(CONTEXT, i);
            int oldEnd = i;
            int newEnd = j;
            int context = 0;
            // Changes that are at most two contexts apart share a hunk.
            int x = i;
            int y = j;
            while ((x < oldCount || y < newCount) && context <= 2 * CONTEXT) {
                if (x < oldCount && diff.isRemoved(x)) {
                    x++;
                    oldEnd = x;
                    newEnd = y;
                    context = 0;
                } else if (y < newCount && diff.isAdded(y)) {
                    y++;
                    oldEnd = x;
                    newEnd = y;
                    context = 0;
                } else {
                    x++;
                    y++;
                    context++;
                }
            }
            int trailing = Math.min(CONTEXT, oldCount - oldEnd);
            hunk(diff, i - leading, oldEnd + trailing, j - leading, newEnd + trailing);
            i = oldEnd;
            j = newEnd;
        }
    }

    private void hunk(LineDiff diff, int oldFrom, int oldTo, int newFrom, int newTo)
            throws IOException {
        text(
                "@@ -"
                        + range(oldFrom, oldTo - oldFrom)
                        + " +"
                        + range(newFrom, newTo - newFrom)
                        + " @@\n");
        int i = oldFrom;
        int j = newFrom;
        while (i < oldTo || j < newTo) {
            if (i < oldTo && diff.isRemoved(i)) {
                line('-', diff.oldLines(), i++);
            } else if (j < newTo && diff.isAdded(j)) {
                line('+', diff.newLines(), j++);
            } else {
                line(' ', diff.oldLines(), i++);
                j++;
            }
        }
    }

    private static String range(int from, int count) {
        int start = count == 0 ? from : from + 1;
        return count == 1 ? Integer.toString(start) : start + "," + count;
    }

    private void line(char kind, List<String> lines, int index) throws IOException {
        String line = lines.get(index);
        text(kind + line);
        if (!line.endsWith("\n")) {
            text("\n\\ No newline at end of file\n");
        }
    }

    private void literal(byte[] content) throws IOException {
        text("literal " + content.length + "\n");
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        Deflater deflater = new Deflater();
        try (DeflaterOutputStream deflate = new DeflaterOutputStream(packed, deflater)) {
            deflate.write(content);
        } finally {
            deflater.end();
        }
        byte[] data = packed.toByteArray();
        for (int start = 0; start < data.length; start += 52) {
            int length = Math.min(52, data.length - start);
            StringBuilder line = new StringBuilder();
            line.append((char) (length <= 26 ? 'A' + length - 1 : 'a' + length - 27));
            for (int group = 0; group < length; group += 4) {
                long value = 0;
                for (int i = 0; i < 4; i++) {
                    int index = start + group + i;
                    value = value << 8 | (group + i < length ? data[index] & 0xff : 0);
                }
                char[] digits = new char[5];
                for (int i = 4; i >= 0; i--) {
                    digits[i] = BASE_85.charAt((int) (value % 85));
                    value /= 85;
                }
                line.append(digits);
            }
            text(line.append('\n').toString());
        }
        text("\n");
    }

    private void text(String bytes) throws IOException {
        out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }
}
