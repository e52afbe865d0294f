/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.host.engine.fork.guest.Ctx;
import dev.wasmlinux.host.engine.fork.guest.F0;
import dev.wasmlinux.host.rt.ModuleLink;
import dev.wasmlinux.host.rt.ProgramImports;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** Forks in signal handlers. Each process is held against a run that replays its answers. */
class HandlerForkTest {
    private static final int FORK = 220;
    private static final int WAIT = 1002;

    private final FrameCapture capture =
            new FrameCapture(Ctx.class, ClassSource.of(Ctx.class.getClassLoader()));

    /** Handlers by the argument of the system call that they interrupt. */
    private Map<Integer, Guest> handlers = Map.of();

    /** The handler that a child runs before its system call returns, or null. */
    private Guest atStart;

    @FunctionalInterface
    private interface Guest {
        int run(long memory, Ctx ctx);
    }

    private record Outcome(List<Integer> answers, int result, int g0, long g1, List<Long> memory) {}

    private final class Process implements ProgramImports {
        private final GuestStack stack = new GuestStack(this::handlerReturned);
        private final ConcurrentLinkedQueue<CompletableFuture<Outcome>> all;
        private final List<Integer> answers = new ArrayList<>();
        private final List<Integer> replayed;
        private final long memory;
        private final Ctx context;
        private int children;
        private ForkException refused;

        Process(List<Integer> replayed) {
            this.replayed = replayed;
            this.all = new ConcurrentLinkedQueue<>();
            this.memory = TestMemory.create(new long[80]);
            ModuleLink link =
                    (ModuleLink)
                            Proxy.newProxyInstance(
                                    ModuleLink.class.getClassLoader(),
                                    new Class<?>[] {ModuleLink.class},
                                    (proxy, method, arguments) -> null);
            this.context = new Ctx(memory, this, link);
        }

        Process(Process parent) {
            this.replayed = null;
            this.all = parent.all;
            this.answers.addAll(parent.answers);
            this.memory = TestMemory.create(TestMemory.words(parent.memory).clone());
            this.context = new Ctx(parent.context, memory, this);
        }

        @Override
        public int syscall(int nr, long a0, long a1, long a2, long a3, long a4, long a5) {
            if (nr == WAIT) {
                Guest handler = handlers.get((int) a0);
                if (handler != null) {
                    runHandler(handler);
                }
                return handlerReturned();
            }
            assertThat(nr).isEqualTo(FORK);
            if (replayed != null) {
                int answer = replayed.get(answers.size());
                answers.add(answer);
                return answer == 0 ? beginning() : answer;
            }
            return fork();
        }

        void runHandler(Guest handler) {
            stack.enterHandler();
            try {
                handler.run(memory, context);
            } finally {
                stack.leaveHandler();
            }
        }

        private int handlerReturned() {
            // As the kernel restores the state of the interrupted system call.
            return 1000 + answers.size();
        }

        private int fork() {
            CapturedFrames frames;
            try {
                frames = capture.capture(stack);
            } catch (ForkException e) {
                refused = e;
                return -38;
            }
            Process child = new Process(this);
            child.answers.add(0);
            int pid = 100 + children++;
            answers.add(pid);
            child.start(
                    () ->
                            (int)
                                    frames.resume(
                                            child.stack,
                                            child.context,
                                            child.memory,
                                            child::beginning));
            return pid;
        }

        private int beginning() {
            if (atStart == null) {
                return 0;
            }
            runHandler(atStart);
            return handlerReturned();
        }

        void start(Body body) {
            var outcome = new CompletableFuture<Outcome>();
            all.add(outcome);
            Runnable run =
                    () -> {
                        try {
                            int result = body.run();
                            assertThat(stack.handlers()).isZero();
                            assertThat(stack.isResuming()).isFalse();
                            outcome.complete(
                                    new Outcome(
                                            List.copyOf(answers),
                                            result,
                                            context.globalInt(0),
                                            context.globalLong(1),
                                            java.util.Arrays.stream(TestMemory.words(memory))
                                                    .boxed()
                                                    .toList()));
                        } catch (Throwable e) {
                            outcome.completeExceptionally(e);
                        }
                    };
            new Thread(null, run, "guest", 16 << 20).start();
        }

        List<Outcome> finish() throws Exception {
            List<Outcome> outcomes = new ArrayList<>();
            for (var next = all.poll(); next != null; next = all.poll()) {
                outcomes.add(next.get());
            }
            return outcomes;
        }
    }

    @FunctionalInterface
    private interface Body {
        int run() throws Throwable;
    }

    private List<Outcome> run(Process process, Guest program) throws Exception {
        process.start(() -> program.run(process.memory, process.context));
        return process.finish();
    }

    private void check(int processes, Guest program) throws Exception {
        Process first = new Process((List<Integer>) null);
        List<Outcome> outcomes = run(first, program);
        assertThat(first.refused).isNull();
        assertThat(outcomes).hasSize(processes);
        Set<List<Integer>> histories = new HashSet<>();
        for (Outcome outcome : outcomes) {
            assertThat(histories.add(outcome.answers())).isTrue();
            assertThat(outcome).isEqualTo(run(new Process(outcome.answers()), program).get(0));
        }
    }

    private static Guest handler(int signal) {
        return (memory, ctx) -> {
            F0.func_20(signal, memory, ctx);
            return 0;
        };
    }

    @Test
    void aHandlerThatInterruptsASystemCall() throws Exception {
        handlers = Map.of(0, handler(3));
        // One fork in the handler, one behind it: the pending handler is captured again.
        check(4, (memory, ctx) -> F0.func_18(5, memory, ctx));
    }

    @Test
    void twoHandlersInARow() throws Exception {
        handlers = Map.of(0, handler(3), 1, handler(4));
        check(8, (memory, ctx) -> F0.func_18(5, memory, ctx));
    }

    @Test
    void aHandlerInAHandler() throws Exception {
        handlers =
                Map.of(
                        0,
                        (memory, ctx) -> {
                            F0.func_21(7, memory, ctx);
                            return 0;
                        },
                        7,
                        handler(9));
        check(4, (memory, ctx) -> F0.func_18(5, memory, ctx));
    }

    @Test
    void jumpsOutOfHandlers() throws Exception {
        handlers =
                Map.of(
                        6,
                        (memory, ctx) -> {
                            F0.func_23(6, memory, ctx);
                            return 0;
                        });
        // It jumps twice and returns the third time, and forks each time.
        check(8, (memory, ctx) -> F0.func_22(6, memory, ctx));
    }

    @Test
    void aHandlerBeforeTheChildGoesOn() throws Exception {
        atStart =
                (memory, ctx) -> {
                    if (ctx.globalInt(0) < 2) {
                        ctx.globalInt(0, ctx.globalInt(0) + 1);
                        return F0.func_3(memory, ctx);
                    }
                    return 0;
                };
        check(4, (memory, ctx) -> F0.func_18(5, memory, ctx));
    }

    @Test
    void refusesHandlersElsewhere() throws Exception {
        Process process = new Process((List<Integer>) null);
        TestMemory.onTouch(process.memory, () -> process.runHandler(handler(1)));
        run(process, (memory, ctx) -> F0.func_24(5, memory, ctx));
        assertThat(process.refused).isNotNull();
        assertThat(process.refused.reason()).isEqualTo(ForkException.Reason.NESTED);
    }
}
