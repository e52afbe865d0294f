/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Everything about a module that is not code. Immutable.
 *
 * @param memory limits of the imported memory
 * @param data what the host writes into memory before the module runs, in module order
 * @param table size and first used index of the function table
 * @param imports the imported functions in index order
 * @param functions the exported functions by export name
 * @param globals the exported mutable globals by export name, with their index
 * @param constants the values of the exported immutable {@code i32} globals by export name
 * @param functionNames names of all functions by function index, from the name section; functions
 *     without a name are called {@code func_N}
 */
public record ModuleLayout(
        MemoryLimits memory,
        List<DataPlacement> data,
        TableLimits table,
        List<Import> imports,
        Map<String, FunctionType> functions,
        Map<String, Global> globals,
        Map<String, Integer> constants,
        List<String> functionNames) {

    /** Copies the collections. */
    public ModuleLayout {
        data = List.copyOf(data);
        imports = List.copyOf(imports);
        functions = Map.copyOf(functions);
        globals = Map.copyOf(globals);
        constants = Map.copyOf(constants);
        functionNames = List.copyOf(functionNames);
    }

    /**
     * Limits of a linear memory in pages of 64 KiB.
     *
     * @param initialPages size demanded at the start
     * @param maximumPages largest size, at most 65536
     * @param shared whether the memory is declared shared
     */
    public record MemoryLimits(int initialPages, int maximumPages, boolean shared) {}

    /**
     * The function table.
     *
     * @param size number of entries
     * @param base index of the first entry in use, equal to {@code size} if none is
     */
    public record TableLimits(int size, int base) {}

    /**
     * An imported function.
     *
     * @param module module name
     * @param name function name
     * @param type its type
     */
    public record Import(String module, String name, FunctionType type) {}

    /**
     * An exported mutable global.
     *
     * @param index its index in a context
     * @param type its type
     */
    public record Global(int index, ValueType type) {}

    /** The value of an exported immutable {@code i32} global, such as an address. */
    public OptionalInt constant(String name) {
        Integer value = constants.get(name);
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }
}
