/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import static dev.wasmlinux.host.engine.ModuleBuilder.F32;
import static dev.wasmlinux.host.engine.ModuleBuilder.F64;
import static dev.wasmlinux.host.engine.ModuleBuilder.I32;
import static dev.wasmlinux.host.engine.ModuleBuilder.I64;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every numeric, memory and atomic instruction: the compiled forms against the interpreter. */
class InstructionTest {
    private static final long[] INTS = {
        0, 1, 2, 7, 31, 33, 0x7fffffffL, 0x80000000L, 0xffffffffL, -1, 255, 256, 0x8080, 65536
    };
    private static final long[] LONGS = {
        0, 1, 3, 63, 65, -1, -2, Long.MIN_VALUE, Long.MAX_VALUE, 0x80000000L, 0xffffffffL, 1L << 53
    };
    private static final double[] NUMBERS = {
        0.0,
        -0.0,
        0.5,
        -0.5,
        1.5,
        2.5,
        -1.0,
        -0.99,
        3.7,
        2147483647.0,
        2147483648.0,
        -2147483648.0,
        -2147483649.0,
        4294967295.0,
        4294967296.0,
        9.2e18,
        -9.3e18,
        1.9e19,
        0x1p63,
        0x1p64,
        1e30,
        -1e30,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.MIN_VALUE
    };

    private record Operation(String name, int[] parameters, int result) {}

    private final ModuleBuilder builder = new ModuleBuilder();
    private final List<Operation> operations = new ArrayList<>();

    private static long[] values(int type) {
        long[] bits = new long[NUMBERS.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] =
                    type == F32
                            ? Float.floatToIntBits((float) NUMBERS[i]) & 0xffffffffL
                            : Double.doubleToLongBits(NUMBERS[i]);
        }
        return type == I32 ? INTS : type == I64 ? LONGS : bits;
    }

    private void numeric(int[] parameters, int result, int... opcode) {
        String name = "op" + operations.size();
        builder.function(
                name,
                parameters,
                result,
                ModuleBuilder.bytes().locals(parameters.length).op(opcode));
        operations.add(new Operation(name, parameters, result));
        if (result == I32) {
            fused(parameters, opcode);
        }
    }

    /** The same as the condition of a branch, true and negated. */
    private void fused(int[] parameters, int... opcode) {
        for (int negated = 0; negated < 2; negated++) {
            String name = "op" + operations.size();
            ModuleBuilder.Bytes code =
                    ModuleBuilder.bytes().op(0x02, 0x40).locals(parameters.length).op(opcode);
            if (negated == 1) {
                code.op(0x45);
            }
            code.op(0x0d, 0).i32(10).op(0x0f, 0x0b).i32(20);
            builder.function(name, parameters, I32, code);
            operations.add(new Operation(name, parameters, I32));
        }
    }

    private void range(int[] parameters, int result, int first, int last) {
        for (int opcode = first; opcode <= last; opcode++) {
            numeric(parameters, result, opcode);
        }
    }

    private static int[] types(int... types) {
        return types;
    }

    private void run() {
        Engines.onGuestThread(this::compareAll);
    }

    private void compareAll() {
        try (Engines engines = new Engines(builder.build())) {
            for (Operation operation : operations) {
                for (long first : values(operation.parameters[0])) {
                    long[] seconds =
                            operation.parameters.length > 1
                                    ? values(operation.parameters[1])
                                    : new long[1];
                    for (long second : seconds) {
                        compare(engines, operation, first, second);
                    }
                }
            }
        }
    }

    private static void compare(Engines engines, Operation operation, long first, long second) {
        long[] arguments =
                operation.parameters.length > 1 ? new long[] {first, second} : new long[] {first};
        Object expected = null;
        for (Engines.Engine engine : engines.all) {
            Object result = normal(operation.result, engine.call(operation.name, arguments));
            if (expected == null) {
                expected = result;
            }
            assertThat(result)
                    .as("%s(%x, %x) in %s", operation.name, first, second, engine.name())
                    .isEqualTo(expected);
        }
    }

    private static Object normal(int type, Object result) {
        if (!(result instanceof Long bits)) {
            return result;
        }
        return switch (type) {
            case I32 -> (Object) (int) (long) bits;
            case F32 -> Float.intBitsToFloat((int) (long) bits);
            case F64 -> Double.longBitsToDouble(bits);
            default -> bits;
        };
    }

    @Test
    void integerInstructions() {
        range(types(I32), I32, 0x45, 0x45);
        range(types(I32, I32), I32, 0x46, 0x4f);
        range(types(I64), I32, 0x50, 0x50);
        range(types(I64, I64), I32, 0x51, 0x5a);
        range(types(I32), I32, 0x67, 0x69);
        range(types(I32, I32), I32, 0x6a, 0x78);
        range(types(I64), I64, 0x79, 0x7b);
        range(types(I64, I64), I64, 0x7c, 0x8a);
        range(types(I32), I32, 0xc0, 0xc1);
        range(types(I64), I64, 0xc2, 0xc4);
        run();
    }

    @Test
    void floatInstructions() {
        range(types(F32, F32), I32, 0x5b, 0x60);
        range(types(F64, F64), I32, 0x61, 0x66);
        range(types(F32), F32, 0x8b, 0x91);
        range(types(F32, F32), F32, 0x92, 0x98);
        range(types(F64), F64, 0x99, 0x9f);
        range(types(F64, F64), F64, 0xa0, 0xa6);
        run();
    }

    @Test
    void conversions() {
        numeric(types(I64), I32, 0xa7);
        range(types(F32), I32, 0xa8, 0xa9);
        range(types(F64), I32, 0xaa, 0xab);
        range(types(I32), I64, 0xac, 0xad);
        range(types(F32), I64, 0xae, 0xaf);
        range(types(F64), I64, 0xb0, 0xb1);
        range(types(I32), F32, 0xb2, 0xb3);
        range(types(I64), F32, 0xb4, 0xb5);
        numeric(types(F64), F32, 0xb6);
        range(types(I32), F64, 0xb7, 0xb8);
        range(types(I64), F64, 0xb9, 0xba);
        numeric(types(F32), F64, 0xbb);
        numeric(types(F32), I32, 0xbc);
        numeric(types(F64), I64, 0xbd);
        numeric(types(I32), F32, 0xbe);
        numeric(types(I64), F64, 0xbf);
        for (int i = 0; i < 8; i++) {
            int from = i % 4 < 2 ? F32 : F64;
            numeric(types(from), i < 4 ? I32 : I64, 0xfc, i);
        }
        run();
    }

    private static final int OFFSET = 8;

    /** Addresses inside a page, across a page's end, and unaligned. */
    private static final int[] ADDRESSES = {4096, 16384 * 3 - 11, 16384 * 5 - 9, 16384 * 7 - 13};

    @Test
    void loadsAndStores() {
        int[] valueTypes = {I32, I64, F32, F64};
        for (int opcode = 0x36; opcode <= 0x3e; opcode++) {
            int type = opcode == 0x36 || opcode >= 0x3a && opcode <= 0x3b ? I32 : I64;
            type = opcode == 0x38 ? F32 : opcode == 0x39 ? F64 : type;
            builder.function(
                    "store" + opcode,
                    types(I32, type),
                    0,
                    ModuleBuilder.bytes().locals(2).op(opcode, 0).u(OFFSET));
        }
        for (int opcode = 0x28; opcode <= 0x35; opcode++) {
            int type = opcode <= 0x2b ? valueTypes[opcode - 0x28] : opcode <= 0x2f ? I32 : I64;
            builder.function(
                    "load" + opcode,
                    types(I32),
                    type,
                    ModuleBuilder.bytes().locals(1).op(opcode, 0).u(OFFSET));
        }
        Engines.onGuestThread(this::compareAccesses);
    }

    private void compareAccesses() {
        try (Engines engines = new Engines(builder.build())) {
            for (int address : ADDRESSES) {
                for (int opcode = 0x36; opcode <= 0x3e; opcode++) {
                    same(engines, "store" + opcode, address, 0x8182838485868788L);
                    for (int load = 0x28; load <= 0x35; load++) {
                        same(engines, "load" + load, address);
                    }
                }
            }
        }
    }

    private static Object same(Engines engines, String function, long... arguments) {
        Object expected = engines.all.get(0).call(function, arguments);
        byte[] memory = engines.all.get(0).memory(0, 16384 * 8);
        for (Engines.Engine engine : engines.all) {
            if (engine != engines.all.get(0)) {
                assertThat(engine.call(function, arguments))
                        .as("%s at %x in %s", function, arguments[0], engine.name())
                        .isEqualTo(expected);
                assertThat(engine.memory(0, 16384 * 8))
                        .as("memory after %s at %x in %s", function, arguments[0], engine.name())
                        .isEqualTo(memory);
            }
        }
        return expected;
    }

    @Test
    void atomics() {
        for (int opcode = 0x10; opcode <= 0x4e; opcode++) {
            boolean load = opcode <= 0x16;
            boolean exchange = opcode >= 0x48;
            int type = atomicType(opcode);
            int[] parameters = load ? types(I32) : types(I32, type);
            if (exchange) {
                parameters = types(I32, type, type);
            }
            boolean store = opcode >= 0x17 && opcode <= 0x1d;
            builder.function(
                    "atomic" + opcode,
                    parameters,
                    store ? 0 : type,
                    ModuleBuilder.bytes()
                            .locals(parameters.length)
                            .op(0xfe, opcode, atomicAlignment(opcode))
                            .u(OFFSET));
        }
        builder.function("fence", types(I32), 0, ModuleBuilder.bytes().op(0xfe, 3, 0));
        Engines.onGuestThread(this::compareAtomics);
    }

    private void compareAtomics() {
        try (Engines engines = new Engines(builder.build())) {
            same(engines, "fence", 0);
            for (int opcode = 0x10; opcode <= 0x4e; opcode++) {
                int size = 1 << atomicAlignment(opcode);
                for (int address = 4096; address < 4096 + 16; address += size) {
                    atomic(engines, opcode, address);
                }
                if (size > 1) {
                    for (Engines.Engine engine : engines.all.subList(1, engines.all.size())) {
                        assertThat(engine.call("atomic" + opcode, arguments(opcode, 4097)))
                                .isEqualTo("trap");
                    }
                }
            }
        }
    }

    private static long[] arguments(int opcode, long address) {
        if (opcode <= 0x16) {
            return new long[] {address};
        }
        return opcode < 0x48 ? new long[] {address, 5} : new long[] {address, 5, 6};
    }

    private static void atomic(Engines engines, int opcode, int address) {
        if (opcode <= 0x16) {
            same(engines, "atomic" + opcode, address);
        } else if (opcode < 0x48) {
            for (long operand : new long[] {1, 0x8182838485868788L, -1, 0x7f}) {
                same(engines, "atomic" + opcode, address, operand);
            }
        } else {
            int load = opcode - 0x48 + 0x10;
            long old = (Long) same(engines, "atomic" + load, address);
            same(engines, "atomic" + opcode, address, old ^ 1, 3);
            same(engines, "atomic" + opcode, address, old, 0x7172737475767778L);
        }
    }

    private static int atomicType(int opcode) {
        return switch ((opcode - 0x10) % 7) {
            case 0, 2, 3 -> I32;
            default -> I64;
        };
    }

    private static int atomicAlignment(int opcode) {
        return new int[] {2, 3, 0, 1, 0, 1, 2}[(opcode - 0x10) % 7];
    }
}
