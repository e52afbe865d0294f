/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

import java.util.List;

/**
 * A group of numbers of the contract.
 *
 * @param group its name, for example {@code pending}
 * @param meaning what the numbers are for
 * @param values the numbers, in order
 */
public record AbiConstants(String group, String meaning, List<Value> values) {

    /** Copies the list. */
    public AbiConstants {
        values = List.copyOf(values);
    }

    /**
     * A number with a name.
     *
     * @param name its name, for example {@code TIMER}
     * @param value the number; addresses are unsigned
     * @param meaning what it says
     * @param since the ABI version that brought it
     */
    public record Value(String name, long value, String meaning, int since) {}

    /**
     * The number with the given name.
     *
     * @param name its name
     * @return the number
     * @throws IllegalArgumentException if the group has no such name
     */
    public long get(String name) {
        return values.stream()
                .filter(v -> v.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("no constant " + group + "." + name))
                .value();
    }
}
