/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.kernel;

import static dev.wasmlinux.host.engine.ModuleBuilder.I32;
import static dev.wasmlinux.host.engine.ModuleBuilder.I64;
import static dev.wasmlinux.host.engine.ModuleBuilder.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.abi.SymbolTable;
import dev.wasmlinux.host.ExitReason;
import dev.wasmlinux.host.device.VirtioDevice;
import dev.wasmlinux.host.engine.CompileOptions;
import dev.wasmlinux.host.engine.CompiledModule;
import dev.wasmlinux.host.engine.Form;
import dev.wasmlinux.host.engine.ModuleBuilder;
import dev.wasmlinux.host.engine.ModuleException;
import dev.wasmlinux.host.memory.PhysicalMemory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Kernels that never do what a kernel should: each ends when it is told to. */
@Timeout(60)
class RunningKernelTest {
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final int[] NONE = {};

    private final String name = "bad-kernel-" + NUMBERS.incrementAndGet();
    private final CountDownLatch printed = new CountDownLatch(1);

    /** A kernel whose entry prints a byte and then runs some code. */
    private static CompiledModule kernel(
            Consumer<ModuleBuilder> imports, ModuleBuilder.Bytes code) {
        ModuleBuilder module = new ModuleBuilder();
        module.importFunction("host", "console_write", module.type(new int[] {I32, I32}));
        imports.accept(module);
        ModuleBuilder.Bytes print = bytes().i32(4096).i32(1).op(0x10).u(0);
        module.function("_start", new int[] {I32}, 0, print.raw(code.bytes()));
        module.function("secondary_start", NONE, 0, bytes());
        module.function("task_start", new int[] {I32}, I32, bytes().i32(0));
        module.function(
                "user_syscall", new int[] {I32, I64, I64, I64, I64, I64, I64}, I32, bytes().i32(0));
        module.function("user_fault", new int[] {I32, I32}, I32, bytes().i32(0));
        module.function("user_trap", new int[] {I32, I32}, I32, bytes().i32(0));
        module.function("user_poll", NONE, I32, bytes().i32(0));
        module.function("user_sigreturn", NONE, I32, bytes().i32(0));
        module.global("__stack_pointer", 1 << 16).global("current_task", 0);
        module.constant("cpu_pending", 8192).constant("irq_lines", 8196);
        try {
            return CompiledModule.compile(module.build(), Form.KERNEL, CompileOptions.defaults());
        } catch (ModuleException e) {
            throw new AssertionError(e);
        }
    }

    private static CompiledModule kernel(ModuleBuilder.Bytes code) {
        return kernel(module -> {}, code);
    }

    private RunningKernel start(CompiledModule kernel, Consumer<byte[]> console) {
        RunningKernel running =
                new RunningKernel(
                        new BootPlan(
                                name,
                                kernel,
                                SymbolTable.parse(new byte[0]),
                                PhysicalMemory.reserve(4 << 20),
                                1,
                                "",
                                new byte[0],
                                new byte[32],
                                List.<VirtioDevice>of(),
                                console,
                                System::nanoTime,
                                System::nanoTime,
                                Map.of(),
                                null,
                                16));
        running.start();
        return running;
    }

    private RunningKernel start(CompiledModule kernel) {
        return start(kernel, text -> printed.countDown());
    }

    /** Closes within two seconds, and leaves nothing behind. */
    private void closes(RunningKernel kernel) throws InterruptedException {
        assertThat(printed.await(30, TimeUnit.SECONDS)).isTrue();
        long start = System.nanoTime();
        boolean all = kernel.shutDown();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        assertThat(all).isTrue();
        assertThat(threads()).isEmpty();
    }

    private List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(name + "-") && thread.isAlive())
                .toList();
    }

    @Test
    void oneThatSpinsIsEnded() throws Exception {
        RunningKernel kernel = start(kernel(bytes().op(0x03, 0x40, 0x0c, 0, 0x0b)));
        closes(kernel);
        assertThat(kernel.end().join().kind()).isEqualTo(ExitReason.Kind.CLOSED);
    }

    @Test
    void oneThatSpinsAndLetsOthersRunIsEnded() throws Exception {
        CompiledModule spinning =
                kernel(
                        module -> module.importFunction("host", "cpu_relax", module.type(NONE)),
                        bytes().op(0x03, 0x40, 0x10, 1, 0x0c, 0, 0x0b));
        closes(start(spinning));
    }

    @Test
    void oneThatWaitsForAnInterruptForEverIsEnded() throws Exception {
        CompiledModule idle =
                kernel(
                        module -> module.importFunction("host", "cpu_idle", module.type(NONE)),
                        bytes().op(0x03, 0x40, 0x10, 1, 0x0c, 0, 0x0b));
        closes(start(idle));
    }

    private void fails(ModuleBuilder.Bytes code, String message) throws Exception {
        RunningKernel kernel = start(kernel(code));
        ExitReason reason = kernel.end().get(30, TimeUnit.SECONDS);
        assertThat(reason.kind()).isEqualTo(ExitReason.Kind.FAILED);
        assertThat(reason.message()).contains(message);
        closes(kernel);
    }

    @Test
    void oneThatTrapsFailsWithItsStack() throws Exception {
        fails(bytes().op(0x00), "unreachable code");
    }

    @Test
    void oneThatRecursesForEverFails() throws Exception {
        fails(bytes().i32(0).op(0x10, 1), "StackOverflowError");
    }

    @Test
    void oneThatReturnsFails() throws Exception {
        fails(bytes(), "returned from an entry that does not");
    }

    @Test
    void aConsumerOfMessagesThatHangsDoesNotHoldUpTheEnd() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        RunningKernel kernel =
                start(
                        kernel(bytes().op(0x03, 0x40, 0x0c, 0, 0x0b)),
                        text -> {
                            printed.countDown();
                            try {
                                released.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        assertThat(printed.await(30, TimeUnit.SECONDS)).isTrue();
        long start = System.nanoTime();
        assertThat(kernel.shutDown()).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        List<Thread> left = threads();
        assertThat(left).hasSize(1); // the consumer's own
        released.countDown();
        left.get(0).join(10_000);
        assertThat(threads()).isEmpty();
    }
}
