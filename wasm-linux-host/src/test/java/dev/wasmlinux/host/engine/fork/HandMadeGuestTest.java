/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.host.engine.fork.guest.Ctx;
import dev.wasmlinux.host.engine.fork.guest.F0;
import dev.wasmlinux.host.rt.ModuleLink;
import dev.wasmlinux.host.rt.ProgramImports;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Forks in hand-written code of the final form. What must come out is known from runs without a
 * real fork, where the system call only returns what it would return in the parent or in the child.
 */
class HandMadeGuestTest {
    private static final int FORK = 220;
    private static final int THROW = 1001;
    private static final int CHILD_PID = 4711;
    private static final RuntimeException UNWOUND = new IllegalStateException("unwound");

    private final FrameCapture capture =
            new FrameCapture(Ctx.class, ClassSource.of(Ctx.class.getClassLoader()));

    /** What one process came to. */
    private record Outcome(double result, int g0, long g1, List<Long> memory) {}

    @FunctionalInterface
    private interface Program {
        double run(long memory, Ctx ctx);
    }

    /** A process: a system call interface, a memory, a context, and its children. */
    private class Process implements ProgramImports {
        final GuestStack stack = new GuestStack(this::handlerReturned);
        final long memory;
        final Ctx context;
        final ConcurrentLinkedQueue<CompletableFuture<Outcome>> children;
        int captured;
        ForkException refused;

        Process() {
            memory = TestMemory.create(new long[80]);
            ModuleLink link =
                    (ModuleLink)
                            Proxy.newProxyInstance(
                                    ModuleLink.class.getClassLoader(),
                                    new Class<?>[] {ModuleLink.class},
                                    (proxy, method, arguments) -> null);
            context = new Ctx(memory, this, link);
            children = new ConcurrentLinkedQueue<>();
        }

        Process(Process parent) {
            memory = TestMemory.create(TestMemory.words(parent.memory).clone());
            context = new Ctx(parent.context, memory, this);
            children = parent.children;
        }

        @Override
        public int syscall(int nr, long a0, long a1, long a2, long a3, long a4, long a5) {
            if (nr == THROW) {
                throw UNWOUND;
            }
            return nr == FORK ? fork() : 0;
        }

        int fork() {
            CapturedFrames frames;
            try {
                frames = capture.capture(stack);
            } catch (ForkException e) {
                refused = e;
                return -38;
            }
            captured = frames.size();
            Process child = new Process(this);
            var outcome = new CompletableFuture<Outcome>();
            children.add(outcome);
            start(
                    outcome,
                    () ->
                            child.outcome(
                                    (int)
                                            frames.resume(
                                                    child.stack,
                                                    child.context,
                                                    child.memory,
                                                    () -> 0)));
            return CHILD_PID;
        }

        /** What the host does behind a handler. */
        int handlerReturned() {
            return 5;
        }

        Outcome outcome(double result) {
            List<Long> words = Arrays.stream(TestMemory.words(memory)).boxed().toList();
            return new Outcome(result, context.globalInt(0), context.globalLong(1), words);
        }
    }

    @FunctionalInterface
    private interface Body {
        Outcome run() throws Throwable;
    }

    private static void start(CompletableFuture<Outcome> outcome, Body body) {
        Runnable run =
                () -> {
                    try {
                        outcome.complete(body.run());
                    } catch (Throwable e) {
                        outcome.completeExceptionally(e);
                    }
                };
        new Thread(null, run, "guest", 64 << 20).start();
    }

    private static Outcome run(Process process, Program program)
            throws ExecutionException, InterruptedException {
        var outcome = new CompletableFuture<Outcome>();
        start(outcome, () -> process.outcome(program.run(process.memory, process.context)));
        return outcome.get();
    }

    /** A run in which the system call only answers a number. */
    private Outcome reference(int answer, Program program) throws Exception {
        Process process =
                new Process() {
                    @Override
                    int fork() {
                        return answer;
                    }
                };
        return run(process, program);
    }

    /** Parent and child of a real fork must end as the two references. */
    private int check(Program program) throws Exception {
        Process parent = new Process();
        Outcome outcome = run(parent, program);
        assertThat(parent.refused).isNull();
        assertThat(outcome).isEqualTo(reference(CHILD_PID, program));
        assertThat(parent.children).hasSize(1);
        Outcome child = parent.children.remove().get();
        assertThat(child).isEqualTo(reference(0, program));
        return parent.captured;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 20, 200, 2000})
    void deepRecursion(int depth) throws Exception {
        Program program =
                (memory, ctx) -> F0.func_1(depth, 0x123456789abL, 1.5, 2.25f, memory, ctx);
        int captured = check(program);
        assertThat(captured).isEqualTo(depth + 2);
    }

    @Test
    void functionsThatHotSpotHasCompiled() throws Exception {
        Program program = (memory, ctx) -> F0.func_1(30, 0x123456789abL, 1.5, 2.25f, memory, ctx);
        for (int i = 0; i < 20_000; i++) {
            Process process =
                    new Process() {
                        @Override
                        int fork() {
                            return 1;
                        }
                    };
            program.run(process.memory, process.context);
        }
        check(program);
    }

    @Test
    void operandStack() throws Exception {
        check((memory, ctx) -> F0.func_2(9, 0x7654321012345L, -3.75, 0.125f, memory, ctx));
        check((memory, ctx) -> F0.func_2(0, 0x7654321012345L, -3.75, 0.125f, memory, ctx));
    }

    @Test
    void partsOfSplitFunctions() throws Exception {
        check((memory, ctx) -> F0.func_5(6, memory, ctx));
    }

    @Test
    void copiesOfBaseAndContext() throws Exception {
        check((memory, ctx) -> F0.func_15(6, memory, ctx));
    }

    @Test
    void resultsOfEveryType() throws Exception {
        check((memory, ctx) -> F0.func_16(-6, memory, ctx));
    }

    @Test
    void jumpsAcrossResumedFrames() throws Exception {
        // Every process forks, and jumps, until its third try.
        Process parent = new Process();
        Outcome outcome = run(parent, (memory, ctx) -> F0.func_6(12, memory, ctx));
        assertThat(parent.refused).isNull();
        List<Outcome> all = new ArrayList<>(List.of(outcome));
        for (var child = parent.children.poll(); child != null; child = parent.children.poll()) {
            all.add(child.get());
        }
        assertThat(all).hasSize(8);
        List<Outcome> expected = new ArrayList<>();
        for (int answers = 0; answers < 8; answers++) {
            int[] bits = {answers};
            Process process =
                    new Process() {
                        @Override
                        int fork() {
                            int answer = (bits[0] & 1) * CHILD_PID;
                            bits[0] >>= 1;
                            return answer;
                        }
                    };
            expected.add(run(process, (memory, ctx) -> F0.func_6(12, memory, ctx)));
        }
        assertThat(all).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void eightProcesses() throws Exception {
        Process parent = new Process();
        Outcome outcome = run(parent, (memory, ctx) -> F0.func_8(5, memory, ctx));
        List<Double> results = new ArrayList<>(List.of(outcome.result()));
        for (var child = parent.children.poll(); child != null; child = parent.children.poll()) {
            results.add(child.get().result());
        }
        assertThat(results)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 8).mapToObj(i -> 100.0 * i + 15).toList());
    }

    @Test
    void refusesWhatIsComputedFromTheBase() throws Exception {
        Process parent = new Process();
        run(parent, (memory, ctx) -> F0.func_14(1, memory, ctx));
        assertThat(parent.refused).isNotNull();
        assertThat(parent.refused.reason()).isEqualTo(ForkException.Reason.UNSUPPORTED_CODE);
        assertThat(parent.refused).hasMessageContaining("computed from the memory base");
    }

    @Test
    void refusesNestedEntries() throws Exception {
        Process parent =
                new Process() {
                    private boolean inHandler;

                    @Override
                    int fork() {
                        if (inHandler) {
                            return super.fork();
                        }
                        inHandler = true;
                        return F0.func_3(memory, context);
                    }
                };
        run(parent, (memory, ctx) -> F0.func_3(memory, ctx));
        assertThat(parent.refused).isNotNull();
        assertThat(parent.refused.reason()).isEqualTo(ForkException.Reason.NESTED);
    }

    /** As a coverage tool does: the class in use is not the one of the class file. */
    @Test
    void refusesCodeThatAnAgentHasChanged() throws Exception {
        ClassSource files = ClassSource.of(Ctx.class.getClassLoader());
        FrameCapture other = new FrameCapture(Ctx.class, name -> oneMoreLocal(files.read(name)));
        Process parent =
                new Process() {
                    @Override
                    int fork() {
                        try {
                            other.capture(stack);
                        } catch (ForkException e) {
                            refused = e;
                        }
                        return 0;
                    }
                };
        run(parent, (memory, ctx) -> F0.func_3(memory, ctx));
        assertThat(parent.refused).hasMessageContaining("agent");
        assertThat(parent.refused.reason()).isEqualTo(ForkException.Reason.INCONSISTENT);
    }

    private static byte[] oneMoreLocal(byte[] classFile) {
        if (classFile == null) {
            return null;
        }
        ClassWriter writer = new ClassWriter(0);
        new ClassReader(classFile)
                .accept(
                        new ClassVisitor(Opcodes.ASM9, writer) {
                            @Override
                            public MethodVisitor visitMethod(
                                    int access, String name, String type, String sign, String[] e) {
                                return new MethodVisitor(
                                        Opcodes.ASM9,
                                        super.visitMethod(access, name, type, sign, e)) {
                                    @Override
                                    public void visitMaxs(int stack, int locals) {
                                        super.visitMaxs(stack, locals + 1);
                                    }
                                };
                            }
                        },
                        0);
        return writer.toByteArray();
    }

    @Test
    void refusesAThreadWithoutGuestFrames() {
        assertThatThrownBy(() -> capture.capture(new GuestStack(() -> 0)))
                .isInstanceOfSatisfying(
                        ForkException.class,
                        e -> assertThat(e.reason()).isEqualTo(ForkException.Reason.NO_FRAMES));
    }

    @Test
    void uncaughtExceptionsLeaveTheLastFrame() throws Exception {
        Process parent = new Process();
        run(parent, (memory, ctx) -> F0.func_17(3, memory, ctx));
        CompletableFuture<Outcome> child = parent.children.remove();
        assertThatThrownBy(child::get).cause().isSameAs(UNWOUND);
        assertThat(parent.stack.isResuming()).isFalse();
    }
}
