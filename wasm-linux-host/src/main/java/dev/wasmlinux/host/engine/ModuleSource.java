/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import com.dylibso.chicory.wasm.WasmModule;
import dev.wasmlinux.host.engine.ModuleLayout.Import;
import java.util.List;
import java.util.Map;

/**
 * A parsed module with everything that the passes want to know about it.
 *
 * @param module the parser's view
 * @param form the form to compile for
 * @param layout what is not code
 * @param types the distinct function types; a function's type number is an index in this list
 * @param moduleTypes type number by type index of the module
 * @param functions type number by function index, imports first
 * @param globals all globals by index
 * @param table function index by table index, -1 for an empty entry
 * @param segments the data segments
 * @param exports function index by export name
 * @param offsets the constant offsets that the compiler does not see
 * @param calls the direct calls
 * @param startFunction index of the start function that is never run, or -1
 */
record ModuleSource(
        WasmModule module,
        Form form,
        ModuleLayout layout,
        List<FunctionType> types,
        int[] moduleTypes,
        int[] functions,
        List<GlobalVariable> globals,
        int[] table,
        List<byte[]> segments,
        Map<String, Integer> exports,
        LargeOffsets offsets,
        CallGraph calls,
        int startFunction) {

    /**
     * A global.
     *
     * @param type its type
     * @param mutable whether code may write it
     * @param bits its initial value as raw bits
     */
    record GlobalVariable(ValueType type, boolean mutable, long bits) {}

    /** Number of imported functions. */
    int importCount() {
        return layout.imports().size();
    }

    /** The import that is function {@code index}. */
    Import importOf(int index) {
        return layout.imports().get(index);
    }

    /** The type of a function. */
    FunctionType typeOf(int function) {
        return types.get(functions[function]);
    }

    /** The name of a function, for messages. */
    String nameOf(int function) {
        return layout.functionNames().get(function);
    }

    /**
     * Bytes of Java stack that an indirect call of a type uses at most before the next counted
     * call.
     */
    int indirectWeight(int type) {
        int weight = 0;
        for (int function : table) {
            if (function >= 0 && functions[function] == type) {
                weight = Math.max(weight, calls.weight(function));
            }
        }
        return weight;
    }
}
