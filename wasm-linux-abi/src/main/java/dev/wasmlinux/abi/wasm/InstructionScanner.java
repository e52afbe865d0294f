/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.wasm;

import dev.wasmlinux.abi.wasm.CodeFeatures.Feature;
import java.util.EnumMap;
import java.util.Map;

/**
 * Steps over the instructions of function bodies and notes the features in use. It decodes
 * immediates and nesting but no types: validation is the engine's work. Not thread safe.
 */
final class InstructionScanner {

    private static final int MAX_LOCALS = 50_000;

    private final Map<Feature, Integer> firstUse = new EnumMap<>(Feature.class);
    private int function;

    InstructionScanner(int firstFunction) {
        this.function = firstFunction;
    }

    CodeFeatures features() {
        return new CodeFeatures(firstUse);
    }

    void scan(int index, ByteReader in) {
        function = index;
        locals(in);
        int depth = 1;
        while (depth > 0) {
            int at = in.position();
            int opcode = in.u8();
            switch (opcode) {
                case 0x02, 0x03, 0x04 -> {
                    in.signed(33);
                    depth++;
                }
                case 0x06 -> {
                    use(Feature.LEGACY_EXCEPTIONS);
                    in.signed(33);
                    depth++;
                }
                case 0x1f -> {
                    use(Feature.EXCEPTIONS);
                    tryTable(in);
                    depth++;
                }
                case 0x0b -> depth--;
                case 0x18 -> {
                    use(Feature.LEGACY_EXCEPTIONS);
                    in.u32();
                    depth--;
                }
                default -> plain(opcode, at, in);
            }
        }
        in.expectEnd();
    }

    private void locals(ByteReader in) {
        int groups = in.count("local groups");
        long total = 0;
        for (int i = 0; i < groups; i++) {
            int at = in.position();
            total += in.u32();
            if (total > MAX_LOCALS) {
                throw in.unsupported(at, "more than " + MAX_LOCALS + " locals");
            }
            ModuleParser.valueType(in);
        }
    }

    private void plain(int opcode, int at, ByteReader in) {
        switch (opcode) {
            case 0x00, 0x01, 0x05, 0x0f, 0x1a, 0x1b, 0xd1 -> {
                // No immediate.
            }
            case 0x07, 0x09 -> {
                use(Feature.LEGACY_EXCEPTIONS);
                in.u32();
            }
            case 0x19 -> use(Feature.LEGACY_EXCEPTIONS);
            case 0x0a -> use(Feature.EXCEPTIONS);
            // throw, br, br_if, call, local.*, global.*, table.get, ref.func
            case 0x08, 0x0c, 0x0d, 0x10, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0xd2 -> in.u32();
            case 0x0e -> {
                int targets = in.count("branch targets");
                for (int i = 0; i <= targets; i++) {
                    in.u32();
                }
            }
            case 0x11 -> {
                in.u32();
                in.u32();
            }
            case 0x12 -> {
                use(Feature.TAIL_CALLS);
                in.u32();
            }
            case 0x13 -> {
                use(Feature.TAIL_CALLS);
                in.u32();
                in.u32();
            }
            case 0x1c -> {
                int types = in.count("result types");
                for (int i = 0; i < types; i++) {
                    ModuleParser.valueType(in);
                }
            }
            case 0x26 -> {
                use(Feature.TABLE_CHANGE);
                in.u32();
            }
            case 0x3f -> memoryIndex(in);
            case 0x40 -> {
                use(Feature.MEMORY_GROW);
                memoryIndex(in);
            }
            case 0x41 -> in.signed(32);
            case 0x42 -> in.signed(64);
            case 0x43 -> in.skip(4);
            case 0x44 -> in.skip(8);
            case 0xd0 -> in.signed(33);
            case 0xfc -> bulk(at, in);
            case 0xfd -> vector(at, in);
            case 0xfe -> atomic(at, in);
            default -> {
                if (opcode >= 0x28 && opcode <= 0x3e) {
                    memoryArgument(in);
                } else if (opcode < 0x45 || opcode > 0xc4) {
                    throw in.unsupported(at, "instruction 0x" + Integer.toHexString(opcode));
                }
            }
        }
    }

    private void tryTable(ByteReader in) {
        in.signed(33);
        int clauses = in.count("catch clauses");
        for (int i = 0; i < clauses; i++) {
            int at = in.position();
            int kind = in.u8();
            if (kind > 3) {
                throw in.malformed(at, "catch clause kind " + kind);
            }
            if (kind < 2) {
                in.u32();
            }
            in.u32();
        }
    }

    private void bulk(int at, ByteReader in) {
        long code = in.u32();
        if (code <= 7) {
            return;
        }
        switch ((int) Math.min(code, Integer.MAX_VALUE)) {
            case 8 -> {
                use(Feature.BULK_MEMORY);
                in.u32();
                memoryIndex(in);
            }
            case 9 -> {
                use(Feature.BULK_MEMORY);
                in.u32();
            }
            case 10 -> {
                use(Feature.BULK_MEMORY);
                memoryIndex(in);
                memoryIndex(in);
            }
            case 11 -> {
                use(Feature.BULK_MEMORY);
                memoryIndex(in);
            }
            // table.init and table.copy have two indices, table.grow and table.fill one.
            case 12, 14 -> {
                use(Feature.TABLE_CHANGE);
                in.u32();
                in.u32();
            }
            case 15, 17 -> {
                use(Feature.TABLE_CHANGE);
                in.u32();
            }
            // elem.drop and table.size leave the table alone.
            case 13, 16 -> in.u32();
            default -> throw in.unsupported(at, "instruction 0xfc " + code);
        }
    }

    private void vector(int at, ByteReader in) {
        use(Feature.SIMD);
        long code = in.u32();
        if (code <= 11 || code == 92 || code == 93) {
            memoryArgument(in);
        } else if (code == 12 || code == 13) {
            in.skip(16);
        } else if (code >= 21 && code <= 34) {
            in.skip(1);
        } else if (code >= 84 && code <= 91) {
            memoryArgument(in);
            in.skip(1);
        } else if (code > 0x113) {
            throw in.unsupported(at, "instruction 0xfd " + code);
        }
    }

    private void atomic(int at, ByteReader in) {
        use(Feature.ATOMICS);
        long code = in.u32();
        if (code <= 2 || (code >= 0x10 && code <= 0x4e)) {
            memoryArgument(in);
        } else if (code == 3) {
            in.skip(1);
        } else {
            throw in.unsupported(at, "instruction 0xfe " + code);
        }
    }

    private static void memoryIndex(ByteReader in) {
        int at = in.position();
        if (in.u8() != 0) {
            throw in.unsupported(at, "memory other than 0");
        }
    }

    private static void memoryArgument(ByteReader in) {
        int at = in.position();
        if (in.u32() >= 64) {
            throw in.unsupported(at, "memory other than 0");
        }
        in.u32();
    }

    private void use(Feature feature) {
        firstUse.putIfAbsent(feature, function);
    }
}
