/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import static dev.wasmlinux.host.engine.ModuleBuilder.I32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.host.rt.Context;
import dev.wasmlinux.host.rt.MachineDead;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Running code notices the poll word, hot or cold, whatever it does. */
@Timeout(60)
class PollTest {
    /** Loops for ever: with memory accesses, without any, through a switch, by recursion. */
    private static byte[] endless() {
        ModuleBuilder builder = new ModuleBuilder();
        builder.function(
                "silent", new int[0], 0, ModuleBuilder.bytes().op(0x03, 0x40, 0x0c, 0, 0x0b));
        builder.function(
                "loads",
                new int[0],
                0,
                ModuleBuilder.bytes().op(0x03, 0x40).i32(4096).op(0x28, 2, 0, 0x45, 0x0d, 0, 0x0b));
        builder.function(
                "switches",
                new int[] {I32},
                0,
                ModuleBuilder.bytes()
                        .op(0x02, 0x40, 0x03, 0x40)
                        .locals(1)
                        .op(0x0e, 2, 1, 0, 0, 0x0b, 0x0b));
        return builder.build();
    }

    private static void run(CompiledModule module, Context context, String name) {
        try {
            if (name.equals("switches")) {
                module.export(name).invoke(5, context.memory, context);
            } else {
                module.export(name).invoke(context.memory, context);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static final class Preempted extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void programsNoticeTheAttentionWord() throws Exception {
        CompiledModule module =
                CompiledModule.compile(endless(), Form.PROGRAM, CompileOptions.defaults());
        for (String function : new String[] {"silent", "loads", "switches"}) {
            try (TestMemory memory = new TestMemory(Form.PROGRAM)) {
                Context context =
                        module.newContext(memory.base, Engines.Compiled.imports(Form.PROGRAM));
                CountDownLatch polled = new CountDownLatch(200);
                TestMemory.Access access =
                        memory.new Access() {
                            @Override
                            public void poll() {
                                super.poll();
                                polled.countDown();
                                if (polled.getCount() == 0) {
                                    throw new Preempted();
                                }
                            }
                        };
                Thread setter = new Thread(() -> setUntilDone(memory, polled));
                setter.start();
                assertThatThrownBy(
                                () ->
                                        TestMemory.<Void>onGuestThread(
                                                access,
                                                0,
                                                () -> {
                                                    run(module, context, function);
                                                    return null;
                                                }))
                        .isInstanceOf(Preempted.class);
                setter.join();
                assertThat(access.polls).isEqualTo(200);
            }
        }
    }

    /** Sets the word again whenever it was seen. */
    private static void setUntilDone(TestMemory memory, CountDownLatch polled) {
        while (polled.getCount() > 0) {
            if (memory.pollWord() == 0) {
                memory.setPollWord(1);
            }
            Thread.yield();
        }
    }

    @Test
    void kernelLoopsEndWhenTheMachineIsDead() throws Exception {
        CompiledModule module =
                CompiledModule.compile(endless(), Form.KERNEL, CompileOptions.defaults());
        for (String function : new String[] {"silent", "loads", "switches"}) {
            try (TestMemory memory = new TestMemory(Form.KERNEL)) {
                Context context =
                        module.newContext(memory.base, Engines.Compiled.imports(Form.KERNEL));
                CountDownLatch started = new CountDownLatch(1);
                Thread killer =
                        new Thread(
                                () -> {
                                    try {
                                        started.await();
                                        // Long enough for the loop to be compiled.
                                        started.await(1, TimeUnit.MILLISECONDS);
                                        memory.setPollWord(1);
                                    } catch (InterruptedException e) {
                                        throw new AssertionError(e);
                                    }
                                });
                killer.start();
                started.countDown();
                assertThatThrownBy(() -> run(module, context, function))
                        .isSameAs(MachineDead.INSTANCE);
                killer.join();
            }
        }
    }

    @Test
    void recursionWithoutLoopsPolls() throws Exception {
        // f(n) = n == 0 ? 0 : f(n - 1) + f(n - 1), which for n = 60 takes for ever.
        ModuleBuilder builder = new ModuleBuilder();
        ModuleBuilder.Bytes half = ModuleBuilder.bytes().locals(1).i32(1).op(0x6b, 0x10, 0);
        builder.function(
                "f",
                new int[] {I32},
                I32,
                ModuleBuilder.bytes()
                        .locals(1)
                        .op(0x45, 0x04, I32)
                        .i32(0)
                        .op(0x05)
                        .raw(half.bytes())
                        .raw(half.bytes())
                        .op(0x6a, 0x0b));
        CompiledModule module =
                CompiledModule.compile(builder.build(), Form.PROGRAM, CompileOptions.defaults());
        try (TestMemory memory = new TestMemory(Form.PROGRAM)) {
            Context context =
                    module.newContext(memory.base, Engines.Compiled.imports(Form.PROGRAM));
            TestMemory.Access access =
                    memory.new Access() {
                        @Override
                        public void poll() {
                            super.poll();
                            if (polls == 1000) {
                                throw new Preempted();
                            }
                            memory.setPollWord(1);
                        }
                    };
            memory.setPollWord(1);
            assertThatThrownBy(
                            () -> TestMemory.onGuestThread(access, 0, () -> call(module, context)))
                    .isInstanceOf(Preempted.class);
        }
    }

    private static int call(CompiledModule module, Context context) {
        try {
            return (int) module.export("f").invoke(60, context.memory, context);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
