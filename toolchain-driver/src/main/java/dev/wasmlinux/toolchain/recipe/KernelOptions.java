/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Kernel options as {@code .config} files have them, by name without {@code CONFIG_}. "n" stands
 * for an option that is not set.
 *
 * @param values values as written, in the order of the files
 */
record KernelOptions(Map<String, String> values) {
    private static final Pattern SET = Pattern.compile("CONFIG_(\\w+)=(\\S.*)");
    private static final Pattern UNSET = Pattern.compile("# CONFIG_(\\w+) is not set");
    private static final Pattern VALUE = Pattern.compile("[ymn]|-?\\d+|0[xX][0-9a-fA-F]+|\".*\"");

    /** Longest explanation of one dropped option, in lines of its Kconfig entry. */
    private static final int REASONS_SHOWN = 4;

    /** Copies the values. */
    KernelOptions {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /**
     * Reads fragments; later ones override.
     *
     * @param files text files
     * @throws ToolchainException {@link Kind#USAGE} with file and line if one is none
     */
    static KernelOptions read(List<Path> files) throws ToolchainException {
        Map<String, String> values = new LinkedHashMap<>();
        for (Path file : files) {
            int number = 0;
            for (String line : lines(file)) {
                number++;
                String text = line.strip();
                Matcher set = SET.matcher(text);
                Matcher unset = UNSET.matcher(text);
                if (unset.matches()) {
                    values.put(unset.group(1), "n");
                } else if (set.matches() && VALUE.matcher(set.group(2)).matches()) {
                    values.put(set.group(1), set.group(2));
                } else if (!text.isEmpty() && !text.startsWith("#")) {
                    throw new ToolchainException(
                            Kind.USAGE,
                            file
                                    + ":"
                                    + number
                                    + ": not a kernel option: "
                                    + text
                                    + "\nwrite CONFIG_NAME=value (y, n, a number or a quoted text)"
                                    + " or # CONFIG_NAME is not set");
                }
            }
        }
        return new KernelOptions(values);
    }

    private static List<String> lines(Path file) throws ToolchainException {
        try {
            return Files.readString(file).lines().toList();
        } catch (IOException e) {
            throw new ToolchainException(
                    Kind.USAGE, "cannot read the kernel configuration " + file + ": " + e, e);
        }
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    /** Lines of a {@code .config}. */
    String text() {
        return values.entrySet().stream()
                .map(e -> line(e.getKey(), e.getValue()) + "\n")
                .collect(Collectors.joining());
    }

    private static String line(String name, String value) {
        return value.equals("n")
                ? "# CONFIG_" + name + " is not set"
                : "CONFIG_" + name + "=" + value;
    }

    /**
     * Compares with what kconfig made of the options, which drops without an error what it does not
     * know and what its dependencies do not allow.
     *
     * @param configuration the finished {@code .config}
     * @param tree the kernel's source, to say why
     * @throws ToolchainException {@link Kind#USAGE} naming every option that was not taken
     */
    void verify(Path configuration, Path tree) throws ToolchainException, IOException {
        Map<String, String> made = read(List.of(configuration)).values();
        Map<String, String> dropped = new LinkedHashMap<>();
        values.forEach(
                (name, value) -> {
                    String is = made.getOrDefault(name, "n");
                    if (!is.equals(value)) {
                        dropped.put(name, is);
                    }
                });
        if (dropped.isEmpty()) {
            return;
        }
        Map<String, List<String>> reasons = explain(tree, dropped);
        StringBuilder text = new StringBuilder("the kernel does not take these options:");
        dropped.forEach(
                (name, is) -> {
                    text.append("\n  ").append(line(name, values.get(name))).append(": ");
                    text.append(
                            made.containsKey(name) && !is.equals("n")
                                    ? "it is " + is
                                    : "it is not set");
                    reasons.get(name).forEach(reason -> text.append("\n    ").append(reason));
                });
        throw new ToolchainException(Kind.USAGE, text.toString());
    }

    /** What the Kconfig files say of options: where, and the lines that limit them. */
    private static Map<String, List<String>> explain(Path tree, Map<String, String> options)
            throws IOException {
        Map<String, List<String>> reasons = new LinkedHashMap<>();
        options.keySet().forEach(name -> reasons.put(name, new ArrayList<>()));
        List<Path> files;
        try (var all = Files.walk(tree)) {
            files =
                    all.filter(file -> file.getFileName().toString().startsWith("Kconfig"))
                            .filter(Files::isRegularFile)
                            .sorted()
                            .toList();
        }
        for (Path file : files) {
            explain(
                    tree.relativize(file),
                    Files.readString(file, StandardCharsets.ISO_8859_1),
                    reasons);
        }
        reasons.forEach(
                (name, lines) -> {
                    if (lines.isEmpty()) {
                        lines.add("no Kconfig file of this kernel has an option of that name");
                    }
                });
        return reasons;
    }

    private static void explain(Path file, String text, Map<String, List<String>> reasons) {
        List<String> of = null;
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String word = line.strip();
            if (word.matches("(config|menuconfig)\\s+\\w+")) {
                of = reasons.get(word.split("\\s+")[1]);
                // Other architectures have options of the same names.
                boolean foreign =
                        file.startsWith("arch")
                                && !file.startsWith(Path.of("arch", "wasm"))
                                && file.getNameCount() > 2;
                if (foreign) {
                    of = null;
                }
                if (of != null && of.size() < REASONS_SHOWN) {
                    of.add(file + ":" + number + ": " + word);
                }
            } else if (of != null
                    && of.size() < REASONS_SHOWN
                    && word.matches(
                            "(depends on|range|bool|tristate|int|hex|string|modules)\\b.*")) {
                of.add("  " + word);
            }
        }
    }
}
