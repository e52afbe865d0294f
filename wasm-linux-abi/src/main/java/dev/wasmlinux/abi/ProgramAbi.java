/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

import dev.wasmlinux.abi.wasm.FunctionSignature;
import dev.wasmlinux.abi.wasm.MemoryType;
import java.util.List;

/**
 * The contract between user programs and the host, as data. Immutable, safe for any thread.
 *
 * @param version the ABI version, from 1
 * @param memoryModule import module of the memory
 * @param memoryName import name of the memory
 * @param memory the greatest memory that may be imported
 * @param imports functions that a program imports
 * @param exports functions that a program exports
 * @param globals globals that a program exports
 * @param tableName export name of its table of functions
 * @param signalHandlers types of functions that the host calls as signal handlers
 */
public record ProgramAbi(
        int version,
        String memoryModule,
        String memoryName,
        MemoryType memory,
        List<AbiFunction> imports,
        List<AbiFunction> exports,
        List<AbiGlobal> globals,
        String tableName,
        List<FunctionSignature> signalHandlers) {

    /** Copies the lists. */
    public ProgramAbi {
        imports = List.copyOf(imports);
        exports = List.copyOf(exports);
        globals = List.copyOf(globals);
        signalHandlers = List.copyOf(signalHandlers);
    }

    /**
     * The contract of this version of the library.
     *
     * @return always the same instance
     */
    public static ProgramAbi current() {
        return Descriptor.PROGRAM;
    }
}
