/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.ActiveDataSegment;
import com.dylibso.chicory.wasm.types.AnnotatedInstruction;
import com.dylibso.chicory.wasm.types.DataSegment;
import com.dylibso.chicory.wasm.types.Instruction;
import com.dylibso.chicory.wasm.types.OpCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a module wants in memory before it runs. Active segments say so themselves; for passive ones
 * the linker writes a start function ({@code __wasm_init_memory}) that copies them once. The host
 * never runs that function: it is read here, and anything in it that is not a constant copy of a
 * segment, a clearing of memory or the choice of the first thread's TLS block is refused.
 */
final class InitialData {
    private final WasmModule module;
    private final List<DataPlacement> placements = new ArrayList<>();
    private final Map<Integer, Long> globals = new TreeMap<>();
    private final List<Integer> constants = new ArrayList<>();

    private InitialData(WasmModule module) {
        this.module = module;
    }

    /**
     * Reads the placements.
     *
     * @param start the body of the start function, or null
     */
    static InitialData read(WasmModule module, List<AnnotatedInstruction> start)
            throws ModuleException {
        InitialData data = new InitialData(module);
        DataSegment[] segments = segments(module);
        for (int i = 0; i < segments.length; i++) {
            if (segments[i] instanceof ActiveDataSegment active) {
                data.active(i, active);
            }
        }
        if (start != null) {
            for (Instruction instruction : start) {
                data.step(instruction);
            }
        }
        return data;
    }

    static DataSegment[] segments(WasmModule module) {
        return module.dataSection() == null
                ? new DataSegment[0]
                : module.dataSection().dataSegments();
    }

    /** In module order. */
    List<DataPlacement> placements() {
        return placements;
    }

    /** Initial values that the start function gives to globals, by index. */
    Map<Integer, Long> globals() {
        return globals;
    }

    private void active(int index, ActiveDataSegment segment) throws ModuleException {
        List<Instruction> offset = segment.offsetInstructions();
        if (segment.index() != 0
                || offset.isEmpty()
                || offset.get(0).opcode() != OpCode.I32_CONST) {
            throw new ModuleException("a data segment has no constant address");
        }
        byte[] bytes = segment.data();
        place((int) offset.get(0).operand(0), index, bytes, 0, bytes.length);
    }

    private void place(int address, int segment, byte[] bytes, int offset, int length)
            throws ModuleException {
        if ((address & 0xffffffffL) + length > 1L << 32) {
            throw new ModuleException("a data segment exceeds memory");
        }
        if (length > 0) {
            placements.add(new DataPlacement(address, segment, bytes, offset, length));
        }
    }

    private void step(Instruction instruction) throws ModuleException {
        switch (instruction.opcode()) {
            case I32_CONST -> constants.add((int) instruction.operand(0));
            case MEMORY_INIT -> init((int) instruction.operand(0));
            case MEMORY_FILL -> clear();
            case GLOBAL_SET -> globals.put((int) instruction.operand(0), (long) pop());
            case BLOCK, BR, BR_TABLE, DROP, END, RETURN, DATA_DROP, I64_CONST -> {
                // control flow of the once-only guard
            }
            case I32_ATOMIC_RMW_CMPXCHG, I32_ATOMIC_STORE, MEM_ATOMIC_NOTIFY, MEM_ATOMIC_WAIT32 ->
                    constants.clear();
            default ->
                    throw new ModuleException(
                            "the start function is not the linker's memory initialiser: "
                                    + instruction.opcode());
        }
    }

    private int pop() throws ModuleException {
        if (constants.isEmpty()) {
            throw new ModuleException("the start function uses a value that is not constant");
        }
        return constants.remove(constants.size() - 1);
    }

    private void init(int index) throws ModuleException {
        int size = pop();
        int offset = pop();
        int address = pop();
        DataSegment[] segments = segments(module);
        byte[] bytes = index >= 0 && index < segments.length ? segments[index].data() : null;
        if (bytes == null || offset < 0 || size < 0 || size > bytes.length - offset) {
            throw new ModuleException("the start function copies beyond data segment " + index);
        }
        place(address, index, bytes, offset, size);
    }

    private void clear() throws ModuleException {
        pop();
        if (pop() != 0) {
            throw new ModuleException("the start function fills memory with other than zero");
        }
        pop();
    }
}
