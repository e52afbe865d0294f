/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import dev.wasmlinux.host.rt.Context;
import java.lang.invoke.MethodType;
import java.util.List;

/**
 * A Wasm function type.
 *
 * @param parameters the parameter types
 * @param results the result types, at most one
 */
public record FunctionType(List<ValueType> parameters, List<ValueType> results) {
    /** Copies the lists. */
    public FunctionType {
        parameters = List.copyOf(parameters);
        results = List.copyOf(results);
        if (results.size() > 1) {
            throw new IllegalArgumentException("more than one result");
        }
    }

    /** The type of the method handle of such a function: parameters, memory, context. */
    public MethodType methodType() {
        MethodType type =
                MethodType.methodType(results.isEmpty() ? void.class : results.get(0).javaType());
        for (ValueType parameter : parameters) {
            type = type.appendParameterTypes(parameter.javaType());
        }
        return type.appendParameterTypes(long.class, Context.class);
    }
}
