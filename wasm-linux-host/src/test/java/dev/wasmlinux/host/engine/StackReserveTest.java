/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.host.rt.Context;
import dev.wasmlinux.host.rt.ProgramImports;
import dev.wasmlinux.host.rt.StackReserve;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Deep guest recursion meets the end of the stack in guest code, never behind the check. */
@Timeout(120)
class StackReserveTest {
    private static final int STACK = 2 << 20;
    private static final int RESERVE = 256 << 10;

    private enum Outcome {
        ENTERED,
        REFUSED,
        EXHAUSTED
    }

    /** Stands for a kernel that needs a good part of the reserve. */
    private static final class Kernel implements ProgramImports {
        private final StackReserve reserve = new StackReserve(STACK, RESERVE);
        private Context context;
        private Outcome outcome = Outcome.EXHAUSTED;
        private boolean overflowed;

        @Override
        public int syscall(int nr, long a0, long a1, long a2, long a3, long a4, long a5) {
            if (!reserve.hasRoom(context)) {
                outcome = Outcome.REFUSED;
                return 0;
            }
            outcome = Outcome.ENTERED;
            try {
                return nested(RESERVE / 512);
            } catch (StackOverflowError e) {
                overflowed = true;
                return 0;
            }
        }

        private int nested(int steps) {
            return steps == 0 ? 1 : nested(steps - 1) + steps;
        }
    }

    private static Kernel run(CompiledModule module, TestMemory memory, int depth) {
        Kernel kernel = new Kernel();
        kernel.context = module.newContext(memory.base, kernel);
        // The guest's own stack is never the one that ends.
        kernel.context.globalInt(module.globalIndex("__stack_pointer"), TestMemory.SIZE);
        try {
            TestMemory.<Void>onGuestThread(
                    memory.new Access(),
                    STACK,
                    () -> {
                        call(module, kernel.context, depth);
                        return null;
                    });
            assertThat(kernel.context.stackCharge).isZero();
        } catch (StackOverflowError e) {
            assertThat(kernel.outcome).isEqualTo(Outcome.EXHAUSTED);
        }
        return kernel;
    }

    private static void call(CompiledModule module, Context context, int depth) {
        try {
            int ignored =
                    (int) module.export("recursion").invoke(depth, 1, context.memory, context);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theKernelIsEnteredWithRoomOrNotAtAll() throws Exception {
        CompiledModule module =
                CompiledModule.compile(
                        Engines.resource("fork.wasm"), Form.PROGRAM, CompileOptions.defaults());
        try (TestMemory memory = new TestMemory(Form.PROGRAM)) {
            memory.load(module);
            Map<Outcome, Integer> seen = new EnumMap<>(Outcome.class);
            int depth = 16;
            int step = 64;
            // Up to the end of the stack, then around it in small steps.
            while (seen.getOrDefault(Outcome.EXHAUSTED, 0) < 3) {
                Kernel kernel = run(module, memory, depth);
                assertThat(kernel.overflowed).as("depth %d", depth).isFalse();
                seen.merge(kernel.outcome, 1, Integer::sum);
                depth += step;
            }
            assertThat(seen.get(Outcome.ENTERED)).isGreaterThan(10);
            assertThat(seen.get(Outcome.REFUSED)).isNotNull();
        }
    }

    @Test
    void exceptionsThatSkipCallsLeaveTheBudgetRight() throws Exception {
        byte[] wasm = Engines.resource("setjmp.wasm");
        Engines.onGuestThread(
                () -> {
                    try (Engines engines = new Engines(wasm, Form.PROGRAM)) {
                        Engines.Compiled program = (Engines.Compiled) engines.all.get(1);
                        for (int n = 0; n < 20; n++) {
                            program.call("jump", n);
                            program.call("big", n * 12345);
                            assertThat(program.context.stackCharge).isZero();
                        }
                    }
                });
    }
}
