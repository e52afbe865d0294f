/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.reproduce;

import dev.wasmlinux.toolchain.ReproducibilityReport.Difference;
import dev.wasmlinux.toolchain.io.Trees;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Compares two trees file by file, and looks into compressed files and archives. */
public final class TreeComparison {
    private static final int SHOWN = 24;

    /** More than any file that is looked into; larger ones are compared as they are. */
    private static final long LARGEST_UNPACKED = 1L << 29;

    private final List<Difference> differences = new ArrayList<>();
    private int files;

    /**
     * Compares.
     *
     * @param first a directory
     * @param second another one
     * @throws IOException if reading fails
     */
    public TreeComparison(Path first, Path second) throws IOException {
        TreeSet<String> all = new TreeSet<>();
        for (Path root : List.of(first, second)) {
            Trees.files(root).forEach(file -> all.add(file.toString().replace('\\', '/')));
        }
        for (String file : all) {
            files++;
            compare(file, first.resolve(file), second.resolve(file));
        }
    }

    /** What differs, sorted by path. */
    public List<Difference> differences() {
        return List.copyOf(differences);
    }

    /** Number of files in either tree. */
    public int files() {
        return files;
    }

    private void compare(String name, Path first, Path second) throws IOException {
        boolean inFirst = Files.exists(first, LinkOption.NOFOLLOW_LINKS);
        boolean inSecond = Files.exists(second, LinkOption.NOFOLLOW_LINKS);
        if (!inFirst || !inSecond) {
            String place = "only the " + (inFirst ? "first" : "second") + " build has it";
            differences.add(new Difference(name, -1, place, "", ""));
            return;
        }
        if (Files.isSymbolicLink(first) || Files.isSymbolicLink(second)) {
            String one = Files.isSymbolicLink(first) ? linkText(first) : "a file";
            String two = Files.isSymbolicLink(second) ? linkText(second) : "a file";
            if (!one.equals(two)) {
                differences.add(new Difference(name, 0, "symbolic link", one, two));
            }
            return;
        }
        if (Files.isExecutable(first) != Files.isExecutable(second)) {
            differences.add(new Difference(name, -1, "only one of them is executable", "", ""));
        }
        if (Files.mismatch(first, second) < 0) {
            return;
        }
        if (Files.size(first) > LARGEST_UNPACKED || Files.size(second) > LARGEST_UNPACKED) {
            long at = Files.mismatch(first, second);
            differences.add(new Difference(name, at, "", "(not shown)", "(not shown)"));
            return;
        }
        compare(name, Files.readAllBytes(first), Files.readAllBytes(second));
    }

    private static String linkText(Path link) throws IOException {
        return Files.readSymbolicLink(link).toString();
    }

    private void compare(String name, byte[] first, byte[] second) throws IOException {
        if (Arrays.equals(first, second)) {
            return;
        }
        if (startsWith(first, 0x1f, 0x8b) && startsWith(second, 0x1f, 0x8b)) {
            byte[] one = gunzip(first);
            byte[] two = gunzip(second);
            if (Arrays.equals(one, two)) {
                report(name, first, second, "in the compression; the content is the same");
            } else {
                compare(name, one, two);
            }
            return;
        }
        if (startsWith(first, 'P', 'K') && startsWith(second, 'P', 'K')) {
            compareZips(name, first, second);
            return;
        }
        report(name, first, second, "");
    }

    private void compareZips(String name, byte[] first, byte[] second) throws IOException {
        Map<String, byte[]> one = unzip(first);
        Map<String, byte[]> two = unzip(second);
        int before = differences.size();
        TreeSet<String> all = new TreeSet<>(one.keySet());
        all.addAll(two.keySet());
        for (String entry : all) {
            String path = name + "!" + entry;
            if (!one.containsKey(entry) || !two.containsKey(entry)) {
                String place = "only the " + (one.containsKey(entry) ? "first" : "second");
                differences.add(new Difference(path, -1, place + " build has it", "", ""));
            } else {
                compare(path, one.get(entry), two.get(entry));
            }
        }
        if (differences.size() == before) {
            report(name, first, second, "in order, times or attributes of the entries");
        }
    }

    private void report(String name, byte[] first, byte[] second, String given) {
        int at = Arrays.mismatch(first, second);
        String place = given.isEmpty() ? Places.of(at < first.length ? first : second, at) : given;
        if (at >= first.length || at >= second.length) {
            place = (place + ", where one of them ends").replaceFirst("^, ", "");
        }
        differences.add(new Difference(name, at, place, show(first, at), show(second, at)));
    }

    /** The bytes around the place, as text where they are text. */
    private static String show(byte[] bytes, int at) {
        int from = Math.max(0, Math.min(at, bytes.length) - SHOWN / 3);
        int to = Math.min(bytes.length, at + SHOWN);
        if (to <= from) {
            return "(end)";
        }
        StringBuilder hex = new StringBuilder();
        for (int i = from; i < to; i++) {
            hex.append(i == at ? "[" : "").append(String.format("%02x", bytes[i]));
            hex.append(i == at ? "]" : " ");
        }
        String text = new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
        return hex + " " + text.replaceAll("[^ -~]", ".");
    }

    private static boolean startsWith(byte[] bytes, int... magic) {
        for (int i = 0; i < magic.length; i++) {
            if (bytes.length <= i || (bytes[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] gunzip(byte[] packed) throws IOException {
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            return in.readNBytes((int) LARGEST_UNPACKED);
        }
    }

    private static Map<String, byte[]> unzip(byte[] packed) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(packed))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                entries.put(entry.getName(), in.readNBytes((int) LARGEST_UNPACKED));
            }
        }
        return entries;
    }
}
