/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

import dev.wasmlinux.abi.wasm.FunctionSignature;
import dev.wasmlinux.abi.wasm.ValueType;
import java.util.List;

/**
 * A function of the contract.
 *
 * @param module import module, or empty for an export
 * @param name its name
 * @param parameters its parameters, in order
 * @param results types of its results, none or one
 * @param noReturn whether a call never comes back
 * @param meaning what it does
 * @param errors names of the errors that it may return as negative numbers, without the sign
 * @param since the ABI version that brought it
 */
public record AbiFunction(
        String module,
        String name,
        List<Parameter> parameters,
        List<ValueType> results,
        boolean noReturn,
        String meaning,
        List<String> errors,
        int since) {

    /** Copies the lists. */
    public AbiFunction {
        parameters = List.copyOf(parameters);
        results = List.copyOf(results);
        errors = List.copyOf(errors);
    }

    /**
     * A parameter.
     *
     * @param name its name in the documentation
     * @param type its type
     */
    public record Parameter(String name, ValueType type) {}

    /**
     * The Wasm type of the function.
     *
     * @return never null
     */
    public FunctionSignature signature() {
        return new FunctionSignature(parameters.stream().map(Parameter::type).toList(), results);
    }
}
