/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

import dev.wasmlinux.abi.wasm.ModuleInfo;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Names of Wasm functions by index. The text form, {@code vmlinux.symbols}, has one line for each
 * function: its index in decimal, one blank, its name; ascending, UTF-8, lines end with a newline.
 * Immutable, safe for any thread.
 */
public final class SymbolTable {

    private final Map<Integer, String> names;

    private SymbolTable(Map<Integer, String> names) {
        this.names = Collections.unmodifiableMap(new TreeMap<>(names));
    }

    /**
     * The names that a module carries in its name section.
     *
     * @param module the module
     * @return its function names; a name that the text form cannot hold (with a control character,
     *     or empty) is left out
     */
    public static SymbolTable of(ModuleInfo module) {
        Map<Integer, String> names = new TreeMap<>(module.functionNames());
        names.values().removeIf(name -> !isName(name));
        return new SymbolTable(names);
    }

    /**
     * Reads the text form.
     *
     * @param text the whole file
     * @return the names
     * @throws SymbolException if a line is not an index and a name, or indices do not ascend
     */
    public static SymbolTable parse(byte[] text) {
        Map<Integer, String> names = new TreeMap<>();
        int last = -1;
        int number = 0;
        int start = 0;
        while (start < text.length) {
            number++;
            int end = start;
            while (end < text.length && text[end] != '\n') {
                end++;
            }
            String line = new String(text, start, end - start, StandardCharsets.UTF_8);
            start = end + 1;
            int blank = line.indexOf(' ');
            String name = line.substring(blank + 1);
            if (blank <= 0 || blank > 9 || !isDecimal(line, blank) || !isName(name)) {
                throw new SymbolException(number, "want \"INDEX NAME\"");
            }
            int index = Integer.parseInt(line.substring(0, blank));
            if (index <= last) {
                throw new SymbolException(number, "index " + index + " follows " + last);
            }
            names.put(index, name);
            last = index;
        }
        return new SymbolTable(names);
    }

    /**
     * The name of a function.
     *
     * @param index its index
     * @return the name, or empty
     */
    public Optional<String> name(int index) {
        return Optional.ofNullable(names.get(index));
    }

    /**
     * All names by ascending index.
     *
     * @return an unmodifiable map
     */
    public Map<Integer, String> names() {
        return names;
    }

    /**
     * Writes the text form.
     *
     * @return the bytes of the file
     */
    public byte[] toBytes() {
        StringBuilder text = new StringBuilder();
        names.forEach((index, name) -> text.append(index).append(' ').append(name).append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isDecimal(String line, int end) {
        return line.chars().limit(end).allMatch(c -> c >= '0' && c <= '9');
    }

    private static boolean isName(String name) {
        return !name.isEmpty() && name.chars().allMatch(c -> c >= ' ');
    }
}
