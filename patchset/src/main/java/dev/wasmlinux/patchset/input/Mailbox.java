/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.input;

import dev.wasmlinux.patchset.MalformedPatchException;
import dev.wasmlinux.patchset.content.Content;
import dev.wasmlinux.patchset.content.RandomBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * Mails with patches, as {@code git format-patch} writes and {@code git am} reads them: one or many
 * in a file. What comes before the patch (the commit's message) is cut off, where git cuts it.
 */
final class Mailbox {
    private static final Pattern SEPARATOR =
            Pattern.compile(
                    "From \\S+ +[A-Z][a-z]{2} [A-Z][a-z]{2} +[0-9]{1,2} [0-9]{2}:[0-9]{2}:[0-9]{2} "
                            + ".*[0-9]{4}.*");
    private static final Pattern HEADER = Pattern.compile("[!-9;-~]+:.*", Pattern.DOTALL);

    /** A mail that must be decoded is decoded in memory, up to this size. */
    private static final int LARGEST_DECODED = 1 << 28;

    private final String name;
    private final Content content;
    private final RandomBytes bytes;
    private final long end;
    private final List<Piece> pieces = new ArrayList<>();

    private Mailbox(String name, Content content, RandomBytes bytes) {
        this.name = name;
        this.content = content;
        this.bytes = bytes;
        this.end = bytes.size();
    }

    /** Whether a text begins like a mailbox or a mail. */
    static boolean isOne(Content content) throws IOException {
        try (RandomBytes bytes = content.open()) {
            Mailbox mailbox = new Mailbox("", content, bytes);
            if (SEPARATOR.matcher(mailbox.line(0)).matches()) {
                return true;
            }
            long position = 0;
            boolean subject = false;
            for (int i = 0; i < 200 && position < bytes.size(); i++) {
                String line = mailbox.line(position);
                if (line.isEmpty()) {
                    return subject;
                }
                boolean folded = i > 0 && (line.startsWith(" ") || line.startsWith("\t"));
                if (!folded && !HEADER.matcher(line).matches()) {
                    return false;
                }
                subject |= line.toLowerCase(Locale.ROOT).startsWith("subject:");
                position = mailbox.next(position);
            }
            return false;
        }
    }

    /**
     * The patches of a mailbox, one for each mail that has one.
     *
     * @throws MalformedPatchException if a mail cannot be decoded
     */
    static List<Piece> read(String name, Content content) throws IOException {
        try (RandomBytes bytes = content.open()) {
            Mailbox mailbox = new Mailbox(name, content, bytes);
            mailbox.split();
            return mailbox.pieces;
        }
    }

    private void split() throws IOException {
        long start = 0;
        long startLine = 1;
        long position = 0;
        long line = 1;
        boolean blankBefore = true;
        while (position < end) {
            if (blankBefore
                    && position > start
                    && bytes.startsWith(position, end, "From ")
                    && SEPARATOR.matcher(line(position)).matches()) {
                message(start, position, startLine);
                start = position;
                startLine = line;
            }
            long next = next(position);
            blankBefore =
                    next - position == 1 || next - position == 2 && bytes.at(position) == '\r';
            position = next;
            line++;
        }
        message(start, end, startLine);
    }

    private void message(long start, long messageEnd, long firstLine) throws IOException {
        String encoding = "";
        String type = "";
        boolean carriageReturns = false;
        long position = start;
        long line = firstLine;
        String header = "";
        while (position < messageEnd) {
            String text = line(position);
            carriageReturns |= endsWithCarriageReturn(position);
            position = next(position);
            line++;
            if (text.startsWith(" ") || text.startsWith("\t")) {
                header += text;
            } else {
                header = text;
            }
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-transfer-encoding:")) {
                encoding = lower.substring(lower.indexOf(':') + 1).strip();
            } else if (lower.startsWith("content-type:")) {
                type = lower.substring(lower.indexOf(':') + 1).strip();
            }
            if (text.isEmpty()) {
                break;
            }
        }
        if (type.startsWith("multipart/")) {
            throw new MalformedPatchException(
                    name, firstLine, "a mail of several parts; save its patch as a file");
        }
        String headers =
                Description.text(content.slice(start, Math.min(position - start, 1 << 16)));
        boolean encoded = encoding.equals("base64") || encoding.equals("quoted-printable");
        String pieceName = name;
        Content body = content.slice(position, messageEnd - position);
        if (encoded || carriageReturns) {
            byte[] raw = body.readAll(LARGEST_DECODED);
            byte[] decoded = encoded ? decode(raw, encoding, firstLine) : raw;
            body = Content.of(withoutCarriageReturns(decoded));
        }
        if (encoded) {
            // Lines of an encoded mail are not lines of the file.
            pieceName = name + " (decoded mail of line " + firstLine + ")";
            line = 1;
        }
        addBody(pieceName, headers, body, line);
    }

    /** Adds what stands below the place where git ends the commit's message. */
    private void addBody(String pieceName, String headers, Content body, long firstLine)
            throws IOException {
        try (RandomBytes text = body.open()) {
            Mailbox lines = new Mailbox(name, body, text);
            long position = 0;
            long line = firstLine;
            while (position < text.size()) {
                if (lines.beginsPatch(position)) {
                    Content patch = body.slice(position, text.size() - position);
                    String message = Description.text(body.slice(0, Math.min(position, 1 << 16)));
                    pieces.add(
                            new Piece(
                                    pieceName,
                                    patch,
                                    line,
                                    OptionalInt.empty(),
                                    false,
                                    headers + message));
                    return;
                }
                position = lines.next(position);
                line++;
            }
        }
        // A mail without a patch, such as a cover letter.
    }

    private boolean beginsPatch(long position) throws IOException {
        if (bytes.startsWith(position, end, "diff -")
                || bytes.startsWith(position, end, "Index: ")) {
            return true;
        }
        if (!bytes.startsWith(position, end, "---")) {
            return false;
        }
        String line = line(position);
        return line.isBlank()
                || line.substring(3).isBlank()
                || line.length() > 4 && line.charAt(3) == ' ' && line.charAt(4) != ' ';
    }

    private byte[] decode(byte[] body, String encoding, long line) {
        if (encoding.equals("base64")) {
            try {
                return Base64.getMimeDecoder().decode(body);
            } catch (IllegalArgumentException e) {
                throw new MalformedPatchException(name, line, "damaged base64 in a mail");
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length);
        for (int i = 0; i < body.length; i++) {
            if (body[i] != '=') {
                out.write(body[i]);
                continue;
            }
            if (i + 1 < body.length && body[i + 1] == '\n') {
                i++;
            } else if (i + 2 < body.length && body[i + 1] == '\r' && body[i + 2] == '\n') {
                i += 2;
            } else {
                int value = i + 2 < body.length ? hex(body[i + 1], body[i + 2]) : -1;
                if (value < 0) {
                    throw new MalformedPatchException(
                            name, line, "damaged quoted-printable text in a mail");
                }
                out.write(value);
                i += 2;
            }
        }
        return out.toByteArray();
    }

    private static int hex(byte high, byte low) {
        int a = Character.digit(high, 16);
        int b = Character.digit(low, 16);
        return a < 0 || b < 0 ? -1 : a << 4 | b;
    }

    private static byte[] withoutCarriageReturns(byte[] text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length);
        for (int i = 0; i < text.length; i++) {
            if (text[i] != '\r' || i + 1 == text.length || text[i + 1] != '\n') {
                out.write(text[i]);
            }
        }
        return out.toByteArray();
    }

    private long next(long position) throws IOException {
        return Math.min(bytes.find((byte) '\n', position, end) + 1, end);
    }

    private boolean endsWithCarriageReturn(long position) throws IOException {
        long newline = bytes.find((byte) '\n', position, end);
        return newline > position && newline < end && bytes.at(newline - 1) == '\r';
    }

    /** The beginning of a line, without its end. */
    private String line(long position) throws IOException {
        long newline = bytes.find((byte) '\n', position, Math.min(end, position + 4096));
        String line =
                new String(
                        bytes.slice(position, (int) (newline - position)),
                        StandardCharsets.ISO_8859_1);
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }
}
