/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.wasm;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The type of a function.
 *
 * @param parameters types of the parameters, in order
 * @param results types of the results, in order
 */
public record FunctionSignature(List<ValueType> parameters, List<ValueType> results)
        implements ExternalType {

    /** Copies both lists. */
    public FunctionSignature {
        parameters = List.copyOf(parameters);
        results = List.copyOf(results);
    }

    @Override
    public ExternalKind kind() {
        return ExternalKind.FUNCTION;
    }

    /** Returns for example {@code (i32, i64) -> i32}; {@code ()} stands for no result. */
    @Override
    public String toString() {
        String result = results.size() == 1 ? results.get(0).text() : "(" + join(results) + ")";
        return "(" + join(parameters) + ") -> " + result;
    }

    private static String join(List<ValueType> types) {
        return types.stream().map(ValueType::text).collect(Collectors.joining(", "));
    }
}
