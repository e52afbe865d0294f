/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.wasm;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The features that the code of a module uses beyond plain WebAssembly 1.0.
 *
 * @param firstUse for each feature in use, the index of the first function that uses it
 */
public record CodeFeatures(Map<Feature, Integer> firstUse) {

    /** A feature that instructions can use. */
    public enum Feature {
        /** A table is changed: table.set, table.init, table.copy, table.grow, table.fill. */
        TABLE_CHANGE,
        /** memory.grow. */
        MEMORY_GROW,
        /** memory.copy, memory.fill, memory.init, data.drop. */
        BULK_MEMORY,
        /** Atomic accesses, fences, wait and notify. */
        ATOMICS,
        /** 128-bit vectors. */
        SIMD,
        /** Exceptions with exnref: try_table, throw_ref. */
        EXCEPTIONS,
        /** The older exceptions: try, catch, rethrow, delegate. */
        LEGACY_EXCEPTIONS,
        /** return_call and its relatives. */
        TAIL_CALLS
    }

    /** Copies the map. */
    public CodeFeatures {
        Map<Feature, Integer> copy = new EnumMap<>(Feature.class);
        copy.putAll(firstUse);
        firstUse = Collections.unmodifiableMap(copy);
    }

    /**
     * Whether any function uses the feature.
     *
     * @param feature the feature
     * @return true if so
     */
    public boolean uses(Feature feature) {
        return firstUse.containsKey(feature);
    }

    /**
     * The first function that uses the feature.
     *
     * @param feature the feature
     * @return a function index, or empty
     */
    public OptionalInt firstUseOf(Feature feature) {
        Integer function = firstUse.get(feature);
        return function == null ? OptionalInt.empty() : OptionalInt.of(function);
    }
}
