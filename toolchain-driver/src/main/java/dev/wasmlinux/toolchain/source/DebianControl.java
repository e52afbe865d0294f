/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.source;

import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a Debian source control file ({@code .dsc}) says, as of deb-src-control and dsc(5).
 *
 * <p>The armour of an OpenPGP clear-signed file is taken off; nothing outside the signed text is
 * read. The signature is not verified: whoever uses the file must know its digest. The MD5 sums of
 * {@code Files} are not used either, only its names and sizes, which must agree.
 *
 * @param source name of the source package
 * @param version its version with the Debian revision, without epoch
 * @param format {@code 3.0 (quilt)} or {@code 3.0 (native)}
 * @param files the files it consists of, without the .dsc, in its order
 */
record DebianControl(String source, String version, String format, List<Part> files) {
    private static final int MAX_BYTES = 1 << 20;
    private static final String SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----";
    private static final String SIGNATURE = "-----BEGIN PGP SIGNATURE-----";
    private static final String END = "-----END PGP SIGNATURE-----";

    /**
     * A file.
     *
     * @param name plain file name of letters, digits and {@code + - . _ ~}
     * @param size in bytes
     * @param sha256 64 lower-case hexadecimal digits
     */
    record Part(String name, long size, String sha256) {}

    /** What a file's bytes break. */
    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    DebianControl {
        files = List.copyOf(files);
    }

    /**
     * Reads a file.
     *
     * @param bytes its bytes
     * @param name its name for messages
     * @throws ToolchainException {@link Kind#ARCHIVE} if it is malformed or of another format
     */
    static DebianControl parse(byte[] bytes, String name) throws ToolchainException {
        try {
            return read(fields(paragraph(text(bytes))));
        } catch (Malformed e) {
            throw new ToolchainException(Kind.ARCHIVE, name + ": " + e.getMessage(), e);
        }
    }

    private static String text(byte[] bytes) throws Malformed {
        if (bytes.length > MAX_BYTES) {
            throw new Malformed("larger than " + MAX_BYTES + " bytes, so no .dsc");
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new Malformed("no text in UTF-8, so no .dsc");
        }
    }

    /** The lines of the one paragraph, without armour and blank lines around. */
    private static List<String> paragraph(String text) throws Malformed {
        List<String> lines = text.lines().map(String::stripTrailing).toList();
        lines = trim(lines);
        if (!lines.isEmpty() && lines.get(0).equals(SIGNED)) {
            int start = lines.indexOf("");
            int end = lines.indexOf(SIGNATURE);
            if (start < 0 || end < start || lines.indexOf(END) != lines.size() - 1) {
                throw new Malformed("its OpenPGP armour is incomplete, or has text after it");
            }
            List<String> plain = new ArrayList<>();
            for (String line : lines.subList(start, end)) {
                if (line.startsWith("-") && !line.startsWith("- ")) {
                    throw new Malformed("a line of its signed text begins with a hyphen");
                }
                plain.add(line.startsWith("- ") ? line.substring(2) : line);
            }
            lines = trim(plain);
        }
        if (lines.isEmpty() || lines.contains("")) {
            throw new Malformed("must have one paragraph of fields");
        }
        return lines;
    }

    private static List<String> trim(List<String> lines) {
        int start = 0;
        int end = lines.size();
        while (start < end && lines.get(start).isEmpty()) {
            start++;
        }
        while (end > start && lines.get(end - 1).isEmpty()) {
            end--;
        }
        return lines.subList(start, end);
    }

    private static Map<String, List<String>> fields(List<String> lines) throws Malformed {
        Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        List<String> current = null;
        for (String line : lines) {
            if (line.startsWith(" ") || line.startsWith("\t")) {
                if (current == null) {
                    throw new Malformed("begins with a continuation line");
                }
                current.add(line.strip());
                continue;
            }
            int colon = line.indexOf(':');
            if (colon < 1 || !line.substring(0, colon).matches("[!-9;-~]+")) {
                throw new Malformed("has a line that is no field: " + shown(line));
            }
            current = new ArrayList<>(List.of(line.substring(colon + 1).strip()));
            if (fields.put(line.substring(0, colon), current) != null) {
                throw new Malformed("has two fields " + line.substring(0, colon));
            }
        }
        return fields;
    }

    private static DebianControl read(Map<String, List<String>> fields) throws Malformed {
        String format = one(fields, "Format", ".+");
        if (!format.equals("3.0 (quilt)") && !format.equals("3.0 (native)")) {
            throw new Malformed(
                    "its format is "
                            + shown(format)
                            + ", known are 3.0 (quilt) and 3.0 (native);"
                            + " name its .orig archive as a source instead");
        }
        String source = one(fields, "Source", "[a-z0-9][a-z0-9+.-]*");
        String version = one(fields, "Version", "([0-9]+:)?[0-9A-Za-z][0-9A-Za-z.+~-]*");
        Map<String, Part> parts = parts(fields, "Checksums-Sha256", "[0-9a-f]{64}");
        if (fields.containsKey("Files")) {
            Map<String, Part> files = parts(fields, "Files", "[0-9a-f]{32}");
            for (Part part : parts.values()) {
                Part same = files.remove(part.name());
                if (same == null || same.size() != part.size()) {
                    throw new Malformed("Files and Checksums-Sha256 differ on " + part.name());
                }
            }
            if (!files.isEmpty()) {
                throw new Malformed("has no SHA-256 of " + files.keySet().iterator().next());
            }
        }
        return new DebianControl(
                source,
                version.substring(version.indexOf(':') + 1),
                format,
                List.copyOf(parts.values()));
    }

    private static String one(Map<String, List<String>> fields, String name, String pattern)
            throws Malformed {
        List<String> value = fields.get(name);
        if (value == null) {
            throw new Malformed("has no field " + name);
        }
        if (value.size() != 1 || !value.get(0).matches(pattern)) {
            throw new Malformed("has an invalid " + name + ": " + shown(String.join(" ", value)));
        }
        return value.get(0);
    }

    private static Map<String, Part> parts(
            Map<String, List<String>> fields, String name, String digest) throws Malformed {
        List<String> lines = fields.get(name);
        if (lines == null || lines.size() < 2 || !lines.get(0).isEmpty()) {
            throw new Malformed("has no list of files in a field " + name);
        }
        Map<String, Part> parts = new LinkedHashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] words = line.split("[ \t]+");
            // The name's pattern is what keeps it in its directory.
            if (words.length != 3
                    || !words[0].matches(digest)
                    || !words[1].matches("[0-9]{1,15}")
                    || !words[2].matches("[0-9A-Za-z][0-9A-Za-z+._~-]*")) {
                throw new Malformed("has an invalid line in " + name + ": " + shown(line));
            }
            Part part = new Part(words[2], Long.parseLong(words[1]), words[0]);
            if (parts.put(part.name(), part) != null) {
                throw new Malformed("names " + part.name() + " twice in " + name);
            }
        }
        return parts;
    }

    private static String shown(String text) {
        String plain = text.replaceAll("\\p{Cntrl}", "?");
        return "\"" + (plain.length() > 80 ? plain.substring(0, 80) + "…" : plain) + "\"";
    }
}
