/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.diff;

import dev.wasmlinux.patchset.PatchRefusedException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** File names of patches as byte strings: strip, check, show. */
public final class Names {
    /** The directory in a tree that holds the journal of an application under way. */
    public static final String JOURNAL = ".wasm-linux-patching";

    private Names() {}

    /**
     * Drops leading components; repeated slashes count as one.
     *
     * @return the rest without empty and {@code .} components, or null if there is none
     */
    static String strip(String name, int count) {
        List<String> parts = new ArrayList<>();
        for (String part : name.split("/", -1)) {
            if (!part.isEmpty()) {
                parts.add(part);
            }
        }
        if (parts.size() <= count || name.endsWith("/")) {
            return null;
        }
        List<String> rest = new ArrayList<>(parts.subList(count, parts.size()));
        rest.removeIf(part -> part.equals("."));
        return rest.isEmpty() ? null : String.join("/", rest);
    }

    /** Refuses a name that could lead anywhere but into the tree. */
    static void check(String name, String source, long line) {
        for (String part : name.split("/", -1)) {
            String problem = problem(part);
            if (problem != null) {
                throw new PatchRefusedException(
                        source, line, "path \"" + show(name) + "\" refused: " + problem);
            }
        }
    }

    private static String problem(String part) {
        String lower = part.toLowerCase(Locale.ROOT);
        if (part.equals("..")) {
            return "it leads out of a directory";
        }
        if (part.indexOf('\0') >= 0) {
            return "it holds a NUL byte";
        }
        if (part.length() > 255) {
            return "a component is longer than 255 bytes";
        }
        // Spellings that some file systems take for the same directory.
        String plain = lower.replaceFirst("[. ]+$", "").replaceFirst(":.*$", "");
        if (plain.equals(".git") || plain.equals("git~1")) {
            return "it leads into a git directory";
        }
        if (lower.equals(JOURNAL)) {
            return "it leads into the journal of patches being applied";
        }
        if (java.io.File.separatorChar == '\\' && (part.contains("\\") || part.contains(":"))) {
            return "it means something else on Windows";
        }
        return null;
    }

    /** Refuses an absolute name, whatever would be stripped from it. */
    static void checkRelative(String name, String source, long line) {
        if (name.startsWith("/")
                || name.startsWith("\\")
                || name.matches("(?s)[A-Za-z]:[/\\\\].*")) {
            throw new PatchRefusedException(
                    source, line, "path \"" + show(name) + "\" refused: it is absolute");
        }
    }

    /** The name for people: UTF-8 if it is, else with {@code \ooo} for the bytes that are not. */
    public static String show(String name) {
        boolean control = name.chars().anyMatch(c -> c < ' ' || c == 0x7f);
        if (!control) {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(name.getBytes(StandardCharsets.ISO_8859_1)))
                        .toString();
            } catch (CharacterCodingException e) {
                // Shown in octal below.
                control = true;
            }
        }
        String quoted = Quoting.quote(name);
        return quoted.startsWith("\"") && quoted.length() > 1
                ? quoted.substring(1, quoted.length() - 1)
                : quoted;
    }
}
