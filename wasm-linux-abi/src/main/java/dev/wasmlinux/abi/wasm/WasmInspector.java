/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.wasm;

import dev.wasmlinux.abi.wasm.ModuleFormatException.Kind;
import java.util.Arrays;

/**
 * Reads what a WebAssembly module declares, without an engine and without validating code. Time is
 * bounded by a small multiple of the module's length, memory also by limits on the number of
 * declarations, whatever the module contains. Stateless, safe for any thread.
 */
public final class WasmInspector {

    private static final int MAGIC = 0x6d736100;

    private WasmInspector() {}

    /**
     * Whether the bytes begin like a WebAssembly module. A cheap first look; more may be wrong.
     *
     * @param bytes any bytes
     * @return true if the first four bytes are NUL, 'a', 's', 'm'
     */
    public static boolean looksLikeWasm(byte[] bytes) {
        return bytes.length >= 4 && new ByteReader(bytes, 0, 4, "header").fixed32() == MAGIC;
    }

    /**
     * Reads the declarations of a module: all sections but the instructions.
     *
     * @param module the whole module; not kept
     * @return what it declares
     * @throws ModuleFormatException if the bytes are not a module, or use a feature that this
     *     system does not (component model, 64-bit memories, garbage-collected types)
     */
    public static ModuleInfo inspect(byte[] module) {
        if (!looksLikeWasm(module)) {
            String reason =
                    module.length < 4
                            ? "only " + module.length + " bytes"
                            : "does not begin with the WebAssembly magic number";
            throw new ModuleFormatException(Kind.NOT_WASM, 0, reason);
        }
        ByteReader reader = new ByteReader(module, 4, module.length, "header");
        int version = reader.fixed32();
        if (version != 1) {
            throw reader.unsupported(
                    4, "binary format version 0x" + Integer.toHexString(version) + ", want 1");
        }
        return new ModuleParser(module).parse();
    }

    /**
     * Walks the instructions of every function and reports the features that they use.
     *
     * @param module the module
     * @param info its declarations, from {@link #inspect}
     * @return the features, each with the first function that uses it
     * @throws ModuleFormatException if an instruction is unknown or cut short
     */
    public static CodeFeatures scanCode(byte[] module, ModuleInfo info) {
        InstructionScanner scanner = new InstructionScanner(info.importedFunctions());
        for (int i = 0; i < info.bodies().size(); i++) {
            ModuleInfo.FunctionBody body = info.bodies().get(i);
            int start = body.moduleOffset();
            int index = i + info.importedFunctions();
            scanner.scan(
                    index,
                    new ByteReader(module, start, start + body.sizeInBytes(), "function " + index));
        }
        return scanner.features();
    }

    /**
     * The contents of a custom section.
     *
     * @param module the module
     * @param section a section of that module
     * @return a copy of its bytes, without the name
     */
    public static byte[] contents(byte[] module, ModuleInfo.CustomSection section) {
        return Arrays.copyOfRange(
                module, section.moduleOffset(), section.moduleOffset() + section.sizeInBytes());
    }
}
