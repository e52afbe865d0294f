/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import static dev.wasmlinux.host.engine.ModuleBuilder.F64;
import static dev.wasmlinux.host.engine.ModuleBuilder.I32;
import static dev.wasmlinux.host.engine.ModuleBuilder.I64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.wasmlinux.host.rt.Context;
import dev.wasmlinux.host.rt.GuestTrap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Traps have the right kind, at the faulting point, in both forms. */
class TrapTest {
    private static ModuleBuilder module() {
        ModuleBuilder builder = new ModuleBuilder();
        builder.function("unreachable", types(), 0, ModuleBuilder.bytes().op(0));
        binary(builder, "div32s", I32, 0x6d);
        binary(builder, "div32u", I32, 0x6e);
        binary(builder, "rem32s", I32, 0x6f);
        binary(builder, "rem32u", I32, 0x70);
        binary(builder, "div64s", I64, 0x7f);
        binary(builder, "div64u", I64, 0x80);
        binary(builder, "rem64s", I64, 0x81);
        binary(builder, "rem64u", I64, 0x82);
        builder.function("trunc", types(F64), I32, ModuleBuilder.bytes().locals(1).op(0xaa));
        builder.function(
                "atomic", types(I32), I32, ModuleBuilder.bytes().locals(1).op(0xfe, 0x10, 2, 0));
        int one = builder.function("one", types(), I32, ModuleBuilder.bytes().i32(1));
        int other = builder.function("other", types(I32), I32, ModuleBuilder.bytes().i32(2));
        int type = builder.type(types(), I32);
        builder.function(
                "indirect",
                types(I32),
                I32,
                ModuleBuilder.bytes().locals(1).op(0x11).u(type).op(0));
        return builder.table(8, 3, one, other);
    }

    private static int[] types(int... types) {
        return types;
    }

    private static void binary(ModuleBuilder builder, String name, int type, int opcode) {
        builder.function(name, types(type, type), type, ModuleBuilder.bytes().locals(2).op(opcode));
    }

    private interface Check {
        void call(int kind, String function, Object... arguments);
    }

    private static void checkAll(Check check) {
        check.call(GuestTrap.UNREACHABLE, "unreachable");
        for (String function : new String[] {"div32s", "div32u", "rem32s", "rem32u"}) {
            check.call(GuestTrap.DIVIDE_BY_ZERO, function, 7, 0);
        }
        for (String function : new String[] {"div64s", "div64u", "rem64s", "rem64u"}) {
            check.call(GuestTrap.DIVIDE_BY_ZERO, function, 7L, 0L);
        }
        check.call(GuestTrap.INTEGER_OVERFLOW, "div32s", Integer.MIN_VALUE, -1);
        check.call(GuestTrap.INTEGER_OVERFLOW, "div64s", Long.MIN_VALUE, -1L);
        check.call(GuestTrap.INTEGER_OVERFLOW, "trunc", Double.NaN);
        check.call(GuestTrap.INTEGER_OVERFLOW, "trunc", 1e10);
        check.call(GuestTrap.MISALIGNED_ATOMIC, "atomic", 4098);
        for (int index : new int[] {0, 2, 4, 5, 7, 8, -1, Integer.MIN_VALUE}) {
            check.call(GuestTrap.BAD_INDIRECT_CALL, "indirect", index);
        }
    }

    private static Object invoke(CompiledModule module, Context context, String name, Object... a)
            throws Throwable {
        Object[] all = java.util.Arrays.copyOf(a, a.length + 2);
        all[a.length] = context.memory;
        all[a.length + 1] = context;
        return module.export(name).invokeWithArguments(all);
    }

    @Test
    void kernelTrapsAreThrownWithTheStack() throws Exception {
        CompiledModule module =
                CompiledModule.compile(module().build(), Form.KERNEL, CompileOptions.defaults());
        try (TestMemory memory = new TestMemory(Form.KERNEL)) {
            Context context = module.newContext(memory.base, Engines.Compiled.imports(Form.KERNEL));
            checkAll(
                    (kind, function, arguments) -> {
                        Throwable thrown =
                                catchThrowable(() -> invoke(module, context, function, arguments));
                        assertThat(thrown).isInstanceOf(GuestTrap.class);
                        assertThat(((GuestTrap) thrown).kind()).as(function).isEqualTo(kind);
                        assertThat(thrown.getStackTrace())
                                .anyMatch(frame -> function.equals(module.functionName(frame)));
                    });
            assertThat(catchThrowable(() -> invoke(module, context, "indirect", 3))).isNull();
        }
    }

    @Test
    void programTrapsAreReportedUntilTheyUnwind() throws Exception {
        CompiledModule module =
                CompiledModule.compile(module().build(), Form.PROGRAM, CompileOptions.defaults());
        try (TestMemory memory = new TestMemory(Form.PROGRAM)) {
            Context context =
                    module.newContext(memory.base, Engines.Compiled.imports(Form.PROGRAM));
            AtomicInteger reports = new AtomicInteger();
            TestMemory.Access access =
                    memory.new Access() {
                        @Override
                        public void trap(int kind, int address) {
                            // A handler that returns without repairing anything traps again.
                            if (reports.incrementAndGet() % 3 == 0) {
                                super.trap(kind, address);
                            }
                        }
                    };
            TestMemory.<Void>onGuestThread(
                    access,
                    0,
                    () -> {
                        checkAll(
                                (kind, function, arguments) -> {
                                    reports.set(0);
                                    assertThatThrownBy(
                                                    () ->
                                                            invoke(
                                                                    module, context, function,
                                                                    arguments))
                                            .isInstanceOfSatisfying(
                                                    TestMemory.Trapped.class,
                                                    trap ->
                                                            assertThat(trap.kind)
                                                                    .as(function)
                                                                    .isEqualTo(kind));
                                    assertThat(reports).hasValue(3);
                                });
                        return null;
                    });
        }
    }

    @Test
    void checkedKernelMemoryRefusesNullAndWhatLiesBehindTheLimit() throws Exception {
        ModuleBuilder builder = new ModuleBuilder();
        builder.function("load", types(I32), I32, ModuleBuilder.bytes().locals(1).op(0x28, 0, 8));
        CompiledModule module =
                CompiledModule.compile(
                        builder.build(),
                        Form.KERNEL,
                        CompileOptions.defaults().withCheckedMemory(true));
        try (TestMemory memory = new TestMemory(Form.KERNEL)) {
            Context context = module.newContext(memory.base, Engines.Compiled.imports(Form.KERNEL));
            for (int address : new int[] {0, 4087, TestMemory.SIZE - 11, -1, -20}) {
                assertThatThrownBy(() -> invoke(module, context, "load", address))
                        .isInstanceOfSatisfying(
                                GuestTrap.class,
                                trap -> assertThat(trap.address()).isEqualTo(address + 8));
            }
            assertThat(catchThrowable(() -> invoke(module, context, "load", 4088))).isNull();
            assertThat(catchThrowable(() -> invoke(module, context, "load", TestMemory.SIZE - 12)))
                    .isNull();
        }
    }

    @Test
    void accessesWithLargeOffsetsFaultAtTheRightAddress() throws Exception {
        ModuleBuilder builder = new ModuleBuilder();
        builder.function(
                "load",
                types(I32),
                I32,
                ModuleBuilder.bytes().locals(1).op(0x28, 0).u(0xC0001004L));
        builder.function(
                "store",
                types(I32),
                0,
                ModuleBuilder.bytes().locals(2 - 1).i32(1).op(0x36, 0).u(0xffffffffL));
        CompiledModule module =
                CompiledModule.compile(builder.build(), Form.PROGRAM, CompileOptions.defaults());
        try (TestMemory memory = new TestMemory(Form.PROGRAM)) {
            Context context =
                    module.newContext(memory.base, Engines.Compiled.imports(Form.PROGRAM));
            TestMemory.<Void>onGuestThread(
                    memory.new Access(),
                    0,
                    () -> {
                        assertThatThrownBy(() -> invoke(module, context, "load", 8))
                                .isInstanceOfSatisfying(
                                        TestMemory.Trapped.class,
                                        trap -> assertThat(trap.address).isEqualTo(0xC000100C));
                        assertThatThrownBy(() -> invoke(module, context, "store", 0))
                                .isInstanceOfSatisfying(
                                        TestMemory.Trapped.class,
                                        trap -> assertThat(trap.address).isEqualTo(-1));
                        return null;
                    });
        }
    }
}
