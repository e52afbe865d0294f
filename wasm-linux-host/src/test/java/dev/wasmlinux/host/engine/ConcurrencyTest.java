/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import static dev.wasmlinux.host.engine.ModuleBuilder.I32;
import static dev.wasmlinux.host.engine.ModuleBuilder.I64;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.host.rt.Context;
import dev.wasmlinux.host.rt.GuestThread;
import dev.wasmlinux.host.rt.UserAccess;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several threads in one memory: atomic instructions, changed translations. */
@Timeout(120)
class ConcurrencyTest {
    private static final int ROUNDS = 100_000;
    private static final int WORD = 8192;

    /** {@code name(n)}: n times the given read-modify-write, its old value dropped. */
    private static void loop(ModuleBuilder builder, String name, ModuleBuilder.Bytes operation) {
        int type = builder.type(new int[] {I32});
        builder.function(
                name,
                type,
                new int[0],
                ModuleBuilder.bytes()
                        .op(0x03, 0x40)
                        .raw(operation.bytes())
                        .op(0x1a, 0x20, 0)
                        .i32(1)
                        .op(0x6b, 0x22, 0, 0x0d, 0, 0x0b));
    }

    private static ModuleBuilder.Bytes add(int address, int opcode, int alignment, boolean wide) {
        ModuleBuilder.Bytes code = ModuleBuilder.bytes().i32(address);
        if (wide) {
            code.op(0x42, 1);
        } else {
            code.i32(1);
        }
        return code.op(0xfe, opcode, alignment, 0);
    }

    /** Every byte of a long is counted up by somebody, with operations of different widths. */
    private static byte[] counters() {
        ModuleBuilder builder = new ModuleBuilder();
        loop(builder, "byte1", add(WORD + 1, 0x20, 0, false));
        loop(builder, "byte2", add(WORD + 2, 0x22, 0, true));
        loop(builder, "short", add(WORD + 4, 0x21, 1, false));
        loop(builder, "int", add(WORD + 8, 0x1e, 2, false));
        loop(builder, "long", add(WORD + 8, 0x1f, 3, true));
        loop(builder, "lowInt", add(WORD + 16, 0x24, 2, true));
        return builder.build();
    }

    private static void run(CompiledModule module, Context context, String name, int argument) {
        try {
            module.export(name).invoke(argument, context.memory, context);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static GuestThread start(
            UserAccess access, AtomicReference<Throwable> failure, Runnable body) {
        GuestThread thread =
                new GuestThread(
                        null,
                        () -> {
                            try {
                                body.run();
                            } catch (Throwable e) {
                                failure.set(e);
                            }
                        },
                        "guest",
                        0);
        thread.user = access;
        thread.start();
        return thread;
    }

    @Test
    void operationsOfDifferentWidthsAreAtomicWithOneAnother() throws Exception {
        for (Form form : Form.values()) {
            CompiledModule module =
                    CompiledModule.compile(counters(), form, CompileOptions.defaults());
            try (TestMemory memory = new TestMemory(form)) {
                AtomicReference<Throwable> failure = new AtomicReference<>();
                List<GuestThread> threads = new ArrayList<>();
                for (String name :
                        new String[] {"byte1", "byte2", "short", "int", "long", "lowInt"}) {
                    for (int i = 0; i < 2; i++) {
                        Context context =
                                module.newContext(memory.base, Engines.Compiled.imports(form));
                        threads.add(
                                start(
                                        memory.new Access(),
                                        failure,
                                        () -> run(module, context, name, ROUNDS)));
                    }
                }
                for (GuestThread thread : threads) {
                    thread.join();
                }
                assertThat(failure).hasValue(null);
                ByteBuffer bytes =
                        ByteBuffer.wrap(memory.read(WORD, 24)).order(ByteOrder.LITTLE_ENDIAN);
                assertThat(bytes.get(0)).isZero();
                assertThat(bytes.get(1)).isEqualTo((byte) (2 * ROUNDS));
                assertThat(bytes.get(2)).isEqualTo((byte) (2 * ROUNDS));
                assertThat(bytes.get(3)).isZero();
                assertThat(bytes.getShort(4)).isEqualTo((short) (2 * ROUNDS));
                assertThat(bytes.getShort(6)).isZero();
                assertThat(bytes.getLong(8)).isEqualTo(4 * ROUNDS);
                assertThat(bytes.getLong(16)).isEqualTo(2 * ROUNDS);
            }
        }
    }

    @Test
    void aChangedTranslationIsNoticedByARunningLoop() throws Exception {
        // spin(address): loops while the word there is 0.
        ModuleBuilder builder = new ModuleBuilder();
        builder.function(
                "spin",
                new int[] {I32},
                0,
                ModuleBuilder.bytes().op(0x03, 0x40).locals(1).op(0x28, 2, 0, 0x45, 0x0d, 0, 0x0b));
        builder.function("unused", new int[] {I64}, 0, ModuleBuilder.bytes());
        CompiledModule module =
                CompiledModule.compile(builder.build(), Form.PROGRAM, CompileOptions.defaults());
        int page = 16384 * 9;
        int other = 16384 * 21;
        try (TestMemory memory = new TestMemory(Form.PROGRAM)) {
            memory.write(
                    other, ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(1).flip());
            for (int round = 0; round < 20; round++) {
                memory.map(page, false);
                Context context =
                        module.newContext(memory.base, Engines.Compiled.imports(Form.PROGRAM));
                AtomicReference<Throwable> failure = new AtomicReference<>();
                CountDownLatch running = new CountDownLatch(1);
                TestMemory.Access access =
                        memory.new Access() {
                            @Override
                            public void poll() {
                                super.poll();
                                running.countDown();
                            }
                        };
                memory.setPollWord(1);
                GuestThread thread =
                        start(access, failure, () -> run(module, context, "spin", page));
                running.await();
                memory.mapTo(page, other);
                thread.join();
                assertThat(failure).hasValue(null);
            }
        }
    }
}
