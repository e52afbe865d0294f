/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.AnnotatedInstruction;
import com.dylibso.chicory.wasm.types.FunctionBody;
import java.util.ArrayList;
import java.util.List;

/**
 * Constant offsets of memory accesses from 2 GiB upwards. The compiler behind the engine takes
 * none, so they go through it as numbers of a reserved range, which the first pass turns back.
 */
final class LargeOffsets {
    private static final int RESERVED = 0x7fff0000;
    private static final int MAXIMUM = 0xfff0;

    private final List<Integer> offsets = new ArrayList<>();

    private LargeOffsets() {}

    /** Replaces the large offsets of a parsed module. */
    static LargeOffsets replace(WasmModule module) throws ModuleException {
        LargeOffsets found = new LargeOffsets();
        if (module.codeSection() != null) {
            for (FunctionBody body : module.codeSection().functionBodies()) {
                for (AnnotatedInstruction instruction : body.instructions()) {
                    if (instruction.operandCount() >= 2) {
                        found.replace(instruction);
                    }
                }
            }
        }
        return found;
    }

    private void replace(AnnotatedInstruction instruction) throws ModuleException {
        String name = instruction.opcode().name();
        boolean access =
                name.contains("_LOAD") || name.contains("_STORE") || name.contains("_ATOMIC_");
        long offset = instruction.operand(1);
        if (access && (offset < 0 || offset >= RESERVED)) {
            if (offsets.size() == MAXIMUM) {
                throw new ModuleException("too many memory accesses have a large offset");
            }
            instruction.setOperand(1, RESERVED + offsets.size());
            offsets.add((int) offset);
        }
    }

    /** The real offset for one that went through the compiler. */
    int original(int offset) {
        return offset >= RESERVED ? offsets.get(offset - RESERVED) : offset;
    }
}
