/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.step;

import dev.wasmlinux.toolchain.io.Digests;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Everything that decides a step's result, by name; its digest is the step's key. */
public final class StepInputs {
    private final TreeMap<String, String> values = new TreeMap<>();

    /**
     * Adds an input.
     *
     * @param name unique name without a line break, for example "tool clang"
     * @param value its identity: a digest, a version, a command line
     * @return this
     */
    public StepInputs add(String name, String value) {
        if (name.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("line break in input name " + name);
        }
        if (values.putIfAbsent(name, value) != null) {
            throw new IllegalArgumentException("input " + name + " given twice");
        }
        return this;
    }

    /** The inputs so far. */
    public Map<String, String> values() {
        return Collections.unmodifiableMap(values);
    }

    /** SHA-256 over names and values; the order of adding does not matter. */
    public String key() {
        return digest(values);
    }

    /**
     * SHA-256 over names and values.
     *
     * @param values inputs
     * @return 64 hexadecimal digits
     */
    static String digest(Map<String, String> values) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(values)
                .forEach(
                        (name, value) ->
                                text.append(name)
                                        .append('\n')
                                        .append(value.length())
                                        .append('\n')
                                        .append(value)
                                        .append('\n'));
        return Digests.of(text.toString());
    }
}
