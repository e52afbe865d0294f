/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import static dev.wasmlinux.host.engine.ModuleBuilder.I32;
import static dev.wasmlinux.host.engine.ModuleBuilder.I64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.host.rt.Context;
import dev.wasmlinux.host.rt.GuestException;
import dev.wasmlinux.host.rt.ProgramTraps;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Guest exceptions, also in functions so big that try blocks and what they cover are split. */
class ExceptionTest {
    private static final int THROW = 0x08;
    private static final int THROW_REF = 0x0a;
    private static final int TRY_TABLE = 0x1f;
    private static final int EXNREF = 0x69;

    private final ModuleBuilder builder = new ModuleBuilder();
    private final int tag = builder.tag(builder.type(new int[] {I32}));
    private int may;

    private static ModuleBuilder.Bytes code() {
        return ModuleBuilder.bytes();
    }

    private static int[] types(int... types) {
        return types;
    }

    /** {@code may(x)}: throws x if its low bits are all set, else answers x + 1. */
    private void addMay(int mask) {
        may =
                builder.function(
                        "may",
                        types(I32),
                        I32,
                        code().locals(1)
                                .i32(mask)
                                .op(0x71)
                                .i32(mask)
                                .op(0x46, 0x04, 0x40)
                                .locals(1)
                                .op(THROW)
                                .u(tag)
                                .op(0x0b)
                                .locals(1)
                                .i32(1)
                                .op(0x6a));
    }

    /** {@code sum = may(sum * 5 + i); wide += sum; if (sum & 64) sum ^= wide}. */
    private ModuleBuilder.Bytes steps(int from, int count) {
        ModuleBuilder.Bytes code = code();
        for (int i = from; i < from + count; i++) {
            code.op(0x20, 1).i32(5).op(0x6c).i32(i).op(0x6a, 0x10).u(may).op(0x21, 1);
            code.op(0x20, 2, 0x20, 1, 0xad, 0x7c, 0x21, 2);
            code.op(0x20, 1).i32(64).op(0x71, 0x04, 0x40);
            code.op(0x20, 1, 0x20, 2, 0xa7, 0x73, 0x21, 1, 0x0b);
        }
        return code;
    }

    /**
     * Covered steps, then uncovered ones; what the handler sees of the locals goes into the result.
     */
    private void addFunction(String name, int before, int covered, int behind) {
        ModuleBuilder.Bytes body =
                code().op(0x20, 0, 0x21, 1)
                        .raw(steps(0, before).bytes())
                        .op(0x02, I32, TRY_TABLE, 0x40, 1, 0, tag, 0)
                        .raw(steps(1000, covered).bytes())
                        .op(0x0b)
                        .raw(steps(2000, behind).bytes())
                        .i32(-1)
                        .op(0x0b)
                        .op(0x20, 1, 0x73, 0x20, 2, 0xa7, 0x6a);
        int type = builder.type(types(I32), I32);
        int inner = builder.function(name, type, types(1, I32, 1, I64), body);
        ModuleBuilder.Bytes outer =
                code().op(0x02, I32, TRY_TABLE, 0x40, 1, 0, tag, 0)
                        .locals(1)
                        .op(0x10)
                        .u(inner)
                        .op(0x0f, 0x0b, 0x00, 0x0b)
                        .i32(0x55550000)
                        .op(0x73);
        builder.function("outer_" + name, type, new int[0], outer);
    }

    private void compare(String... functions) {
        Engines.onGuestThread(
                () -> {
                    try (Engines engines = new Engines(builder.build())) {
                        for (String function : functions) {
                            compare(engines, "outer_" + function);
                        }
                    }
                });
    }

    private static void compare(Engines engines, String function) {
        Set<Object> results = new HashSet<>();
        for (int n = 0; n < 200; n++) {
            Object expected = engines.all.get(0).call(function, n * 7919);
            results.add(expected);
            for (Engines.Engine engine : engines.all) {
                assertThat(engine.call(function, n * 7919))
                        .as("%s(%d) in %s", function, n * 7919, engine.name())
                        .isEqualTo(expected);
            }
        }
        assertThat(results).hasSizeGreaterThan(20);
    }

    @Test
    void smallFunctions() {
        addMay(7);
        addFunction("small", 2, 3, 2);
        compare("small");
    }

    @Test
    void handlersSeeTheLocalsAsTheyWereWhenItWasThrown() {
        addMay(63);
        addFunction("covered", 3, 200, 0);
        addFunction("behind", 0, 3, 200);
        addFunction("before", 200, 3, 0);
        compare("covered", "behind", "before");
    }

    @Test
    void exceptionsFromOutsideOfATryBlockPassByItsHandler() {
        addMay(127);
        addFunction("mixed", 90, 90, 90);
        addFunction("tail", 2, 150, 12);
        addFunction("halves", 0, 100, 100);
        compare("mixed", "tail", "halves");
    }

    @Test
    void aCaughtReferenceIsThrownAgain() {
        addMay(7);
        int reference = builder.type(new int[0], EXNREF);
        ModuleBuilder.Bytes body =
                code().op(0x02)
                        .s(reference)
                        .op(TRY_TABLE, 0x40, 1, 3, 0)
                        .locals(1)
                        .op(0x10)
                        .u(may)
                        .op(0x0f, 0x0b, 0x00, 0x0b)
                        .op(0x21, 1)
                        .op(0x20, 0)
                        .i32(1)
                        .op(0x71, 0x04, 0x40)
                        .op(0x20, 1, THROW_REF, 0x0b)
                        .i32(77);
        int type = builder.type(types(I32), I32);
        int inner = builder.function("again", type, types(1, EXNREF), body);
        builder.function(
                "outer_again",
                type,
                new int[0],
                code().op(0x02, I32, TRY_TABLE, 0x40, 1, 0, tag, 0)
                        .locals(1)
                        .op(0x10)
                        .u(inner)
                        .op(0x0f, 0x0b, 0x00, 0x0b)
                        .i32(0x55550000)
                        .op(0x73));
        compare("again");
    }

    @Test
    void referencesAreKeptForAWhileAndNotForEver() throws Exception {
        CompiledModule module =
                CompiledModule.compile(
                        Engines.resource("setjmp.wasm"), Form.PROGRAM, CompileOptions.defaults());
        Context context = module.newContext(0, Engines.Compiled.imports(Form.PROGRAM));
        assertThrows(context, 0);
        GuestException first = GuestException.create(null, 1, context);
        int handle = context.keepException(first);
        assertThat(ProgramTraps.exception(context, handle)).isSameAs(first);
        assertThat(ProgramTraps.exception(context, handle)).isSameAs(first);
        assertThrows(context, handle + 1);
        assertThrows(context, -1);
        Context copy = module.copyContext(context, 0, context.imports);
        for (int i = 0; i < 4095; i++) {
            context.keepException(GuestException.create(null, 2, context));
        }
        assertThat(ProgramTraps.exception(context, handle)).isSameAs(first);
        context.keepException(GuestException.create(null, 2, context));
        assertThrows(context, handle);
        assertThat(ProgramTraps.exception(copy, handle)).isSameAs(first);
    }

    private static void assertThrows(Context context, int handle) {
        try (TestMemory memory = new TestMemory(Form.PROGRAM)) {
            assertThatThrownBy(
                            () ->
                                    TestMemory.onGuestThread(
                                            memory.new Access(),
                                            0,
                                            () -> ProgramTraps.exception(context, handle)))
                    .isInstanceOf(TestMemory.Trapped.class);
        }
    }
}
