/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.input;

import dev.wasmlinux.patchset.content.Content;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands above a patch, for people: fields as in Debian's DEP-3 or in a mail, and free text.
 *
 * @param title one line; empty if there is none
 * @param author who wrote it; empty if it does not say
 * @param license SPDX expression; empty if it does not say
 * @param purpose the long description; empty if there is none
 * @param upstreamStatus as in {@link dev.wasmlinux.patchset.PatchEntry#upstreamStatus()}
 */
public record Description(
        String title,
        String author,
        Optional<String> license,
        String purpose,
        String upstreamStatus) {
    /** A field in use besides DEP-3, for what that has no words for. */
    private static final String STATUS = "upstream-status";

    private static final Pattern FIELD = Pattern.compile("([A-Za-z][A-Za-z0-9-]*):(?:\\s+(.*)|)");
    private static final Pattern KNOWN =
            Pattern.compile(
                    "(?i)description|subject|origin|bug(-.*)?|forwarded|author|from|license"
                            + "|spdx-license-identifier|(reviewed|acked|signed-off)-by"
                            + "|last-update|applied-upstream|upstream-status|date|to|cc|message-id|mime-version"
                            + "|content-.*|x-.*|list-.*|received|return-path|delivered-to");
    private static final Pattern SUBJECT_TAGS =
            Pattern.compile("^(\\s*(\\[[^\\]]*\\]|(?i:re:)))+\\s*");
    private static final Pattern ENCODED =
            Pattern.compile("=\\?([A-Za-z0-9_-]+)\\?([BbQq])\\?([^? ]*)\\?=(\\s+(?==\\?))?");

    /** UTF-8 if it is, else Latin-1. */
    static String text(Content content) throws IOException {
        byte[] bytes = content.readAll(1 << 16);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    /** Reads a patch's heading: the text above its first file. */
    public static Description of(Content heading) throws IOException {
        return parse(text(heading.slice(0, Math.min(heading.size(), 1 << 16))));
    }

    /** Reads a heading. Text that follows none of the forms is the purpose. */
    public static Description parse(String heading) {
        Map<String, StringBuilder> fields = new LinkedHashMap<>();
        StringBuilder free = new StringBuilder();
        StringBuilder current = null;
        boolean first = true;
        for (String raw : heading.split("\r?\n", -1)) {
            String line = raw.stripTrailing();
            if (line.equals("---") || line.startsWith("diff ") || line.startsWith("Index: ")) {
                break;
            }
            if (first && line.startsWith("From ")) {
                first = false;
                continue;
            }
            first &= line.isEmpty();
            Matcher field = FIELD.matcher(line);
            if (current != null && (raw.startsWith(" ") || raw.startsWith("\t"))) {
                String more = raw.substring(1).stripTrailing();
                current.append('\n').append(more.equals(".") ? "" : more);
            } else if (field.matches()
                    && (current != null || KNOWN.matcher(field.group(1)).matches())) {
                // Behind a field comes any field; elsewhere "mm: do this" may be a title.
                current = new StringBuilder(field.group(2) == null ? "" : field.group(2).strip());
                fields.putIfAbsent(field.group(1).toLowerCase(Locale.ROOT), current);
            } else {
                current = null;
                free.append(line).append('\n');
            }
        }
        return of(fields, free.toString().strip());
    }

    private static Description of(Map<String, StringBuilder> fields, String free) {
        boolean dep3 = fields.containsKey("description");
        String described =
                decode(field(fields, "description").or(() -> field(fields, "subject")).orElse(""));
        String[] parts = described.split("\n", 2);
        String title = (dep3 ? parts[0] : SUBJECT_TAGS.matcher(parts[0]).replaceFirst("")).strip();
        String rest = parts.length > 1 ? parts[1] : "";
        if (!dep3 && !rest.isBlank()) {
            // A mail's subject is one line, however often it was folded.
            title = (title + " " + rest.replaceAll("\\s*\n\\s*", " ").strip()).strip();
            rest = "";
        }
        if (fields.isEmpty() && title.isEmpty()) {
            String[] lines = free.split("\n", 2);
            title = lines[0].strip();
            free = lines.length > 1 ? lines[1].strip() : "";
        }
        String purpose = (rest.strip() + "\n" + free).strip();
        return new Description(
                title,
                decode(field(fields, "author").or(() -> field(fields, "from")).orElse(""))
                        .replaceAll("\\s*\n\\s*", " "),
                field(fields, "license").or(() -> field(fields, "spdx-license-identifier")),
                purpose,
                status(fields));
    }

    private static Optional<String> field(Map<String, StringBuilder> fields, String name) {
        return Optional.ofNullable(fields.get(name))
                .map(value -> value.toString().strip())
                .filter(value -> !value.isEmpty());
    }

    /** As DEP-3 says: without a word about it, a bug's address means that it was sent there. */
    private static String status(Map<String, StringBuilder> fields) {
        Optional<String> exact = field(fields, STATUS);
        if (exact.isPresent()) {
            return exact.get();
        }
        Optional<String> applied = field(fields, "applied-upstream");
        if (applied.isPresent()) {
            return "accepted " + applied.get();
        }
        Optional<String> origin = field(fields, "origin");
        if (origin.isPresent() && origin.get().matches("(?s)(upstream|backport)\\b.*")) {
            String where = origin.get().replaceFirst("^(upstream|backport)[,\\s]*", "").strip();
            return ("accepted " + where).strip();
        }
        Optional<String> forwarded = field(fields, "forwarded");
        if (forwarded.isPresent()) {
            return switch (forwarded.get().toLowerCase(Locale.ROOT)) {
                case "no" -> "no";
                case "not-needed" -> "not-needed";
                case "yes" -> ("submitted " + field(fields, "bug").orElse("")).strip();
                default -> "submitted " + forwarded.get();
            };
        }
        return field(fields, "bug").map(bug -> "submitted " + bug).orElse("no");
    }

    /** Words that a mail's header has encoded (RFC 2047); what cannot be decoded stays. */
    private static String decode(String text) {
        return ENCODED.matcher(text)
                .replaceAll(
                        word -> {
                            String decoded = word.group();
                            try {
                                byte[] bytes =
                                        word.group(2).equalsIgnoreCase("b")
                                                ? Base64.getDecoder().decode(word.group(3))
                                                : quoted(word.group(3));
                                decoded = new String(bytes, Charset.forName(word.group(1)));
                            } catch (IllegalArgumentException e) {
                                // No such charset, or damaged: shown as it came.
                                decoded = word.group();
                            }
                            return Matcher.quoteReplacement(decoded);
                        });
    }

    private static byte[] quoted(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '=' && i + 2 < text.length()) {
                bytes.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.write(c == '_' ? ' ' : c);
            }
        }
        return bytes.toByteArray();
    }

    /** The heading in the words of DEP-3, ended by a line of three dashes. */
    public String toDep3() {
        StringBuilder text = new StringBuilder();
        put(text, "Description", purpose.isBlank() ? title : title + "\n" + purpose);
        put(text, "Author", author);
        license.ifPresent(value -> put(text, "License", value));
        if (upstreamStatus.startsWith("accepted ")) {
            put(text, "Applied-Upstream", upstreamStatus.substring(9));
        } else if (upstreamStatus.startsWith("submitted ")) {
            put(text, "Forwarded", upstreamStatus.substring(10));
        } else if (upstreamStatus.equals("submitted")) {
            put(text, "Forwarded", "yes");
        } else {
            put(text, "Forwarded", upstreamStatus.equals("not-needed") ? upstreamStatus : "no");
        }
        if (!parse(text.toString()).upstreamStatus().equals(upstreamStatus)) {
            put(text, "Upstream-Status", upstreamStatus);
        }
        return text.append("---\n").toString();
    }

    private static void put(StringBuilder text, String name, String value) {
        text.append(name).append(": ");
        String[] lines = value.split("\n", -1);
        text.append(lines[0]).append('\n');
        for (int i = 1; i < lines.length; i++) {
            text.append(' ').append(lines[i].isBlank() ? "." : lines[i]).append('\n');
        }
    }
}
