/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.host.engine.CompileOptions;
import dev.wasmlinux.host.engine.CompiledModule;
import dev.wasmlinux.host.engine.Form;
import dev.wasmlinux.host.engine.FunctionType;
import dev.wasmlinux.host.engine.ModuleException;
import dev.wasmlinux.host.engine.ValueType;
import dev.wasmlinux.host.memory.AddressSpace;
import dev.wasmlinux.host.memory.PhysicalMemory;
import dev.wasmlinux.host.rt.Context;
import dev.wasmlinux.host.rt.GuestThread;
import dev.wasmlinux.host.rt.ProgramImports;
import dev.wasmlinux.host.rt.UserAccess;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Processes of a compiled program with memories of their own, and a system call that forks. What
 * each process must come to is known by replaying it: the same function runs again, alone, with a
 * system call that answers what the process was answered.
 */
final class ForkWorld implements AutoCloseable {
    static final int FIRST_PID = 100;

    /** System call after which the next poll runs the guest's signal handler. */
    private static final int SIGNAL_SOON = 221;

    private static final int PAGE = 1 << AddressSpace.PAGE_SHIFT;
    private static final int STACK_TOP = 4 << 20;
    private static final long STACK = 256 << 20;

    final CompiledModule module;
    private final int forkNumber;
    private final PhysicalMemory ram = PhysicalMemory.reserve(512 << 20);
    private final List<AddressSpace> spaces = new ArrayList<>();
    private int nextFrame = PAGE;

    /** Nanoseconds of the last capture, and from the fork's system call to the child's return. */
    volatile long captureNanos;

    volatile long resumedNanos;
    volatile int captured;

    /** What a process came to. */
    record Outcome(List<Integer> answers, long result, int stackPointer, String memory) {}

    ForkWorld(String resource, int forkNumber) {
        this(compile(resource), forkNumber);
    }

    ForkWorld(CompiledModule module, int forkNumber) {
        this.module = module;
        this.forkNumber = forkNumber;
    }

    static CompiledModule compile(String resource) {
        try (InputStream in = ForkWorld.class.getResourceAsStream(resource)) {
            return CompiledModule.compile(
                    in.readAllBytes(), Form.PROGRAM, CompileOptions.defaults());
        } catch (IOException | ModuleException e) {
            throw new AssertionError(e);
        }
    }

    private synchronized int newFrame() {
        nextFrame += PAGE;
        return nextFrame - PAGE;
    }

    private synchronized AddressSpace newSpace() {
        AddressSpace space = AddressSpace.create(ram);
        spaces.add(space);
        return space;
    }

    /** One process. */
    private final class Process implements ProgramImports, UserAccess {
        private final AddressSpace space = newSpace();
        private final Map<Integer, Integer> frames = new TreeMap<>();
        private final GuestStack stack = new GuestStack(() -> 0);
        private final List<Integer> answers = new ArrayList<>();
        private final ConcurrentLinkedQueue<CompletableFuture<Outcome>> all;
        private final List<Integer> replayed;
        private final Context context;
        private int children;

        Process(List<Integer> replayed) {
            this.all = new ConcurrentLinkedQueue<>();
            this.replayed = replayed;
            this.context = module.newContext(space.table(), this);
            module.layout().data().forEach(data -> load(data.address(), data.buffer()));
            context.globalInt(module.globalIndex("__stack_pointer"), STACK_TOP);
        }

        Process(Process parent) {
            this.all = parent.all;
            this.replayed = null;
            this.answers.addAll(parent.answers);
            this.context = module.copyContext(parent.context, space.table(), this);
            byte[] buffer = new byte[PAGE];
            parent.frames.forEach(
                    (page, frame) -> {
                        ram.read(frame, buffer, 0, PAGE);
                        ram.write(map(page), buffer, 0, PAGE);
                    });
        }

        private int map(int page) {
            return frames.computeIfAbsent(
                    page,
                    p -> {
                        int frame = newFrame();
                        space.set(p, frame, AddressSpace.READ | AddressSpace.WRITE);
                        return frame;
                    });
        }

        private void load(int address, ByteBuffer bytes) {
            for (int i = 0; i < bytes.remaining(); i++) {
                int at = address + i;
                byte[] one = {bytes.get(bytes.position() + i)};
                ram.write(map(at >>> AddressSpace.PAGE_SHIFT) + (at & PAGE - 1), one, 0, 1);
            }
        }

        @Override
        public int syscall(int nr, long a0, long a1, long a2, long a3, long a4, long a5) {
            if (nr == SIGNAL_SOON) {
                space.raiseAttention();
                return 0;
            }
            if (nr != forkNumber) {
                throw new IllegalStateException("system call " + nr);
            }
            if (replayed != null) {
                int answer = replayed.get(answers.size());
                answers.add(answer);
                return answer;
            }
            return fork();
        }

        private int fork() {
            long start = System.nanoTime();
            CapturedFrames captured;
            try {
                captured = module.frameCapture().capture(stack);
            } catch (ForkException e) {
                throw new IllegalStateException(e);
            }
            captureNanos = System.nanoTime() - start;
            ForkWorld.this.captured = captured.size();
            Process child = new Process(this);
            child.answers.add(0);
            int pid = FIRST_PID + children++;
            answers.add(pid);
            child.start(
                    () -> {
                        resumedNanos = System.nanoTime();
                        long result =
                                captured.resume(
                                        child.stack, child.context, child.space.table(), () -> 0);
                        resumedNanos = System.nanoTime() - resumedNanos;
                        return result;
                    });
            return pid;
        }

        void start(Body body) {
            var outcome = new CompletableFuture<Outcome>();
            all.add(outcome);
            Runnable run =
                    () -> {
                        try {
                            outcome.complete(outcome(body.run()));
                        } catch (Throwable e) {
                            outcome.completeExceptionally(e);
                        }
                    };
            GuestThread thread = new GuestThread(null, run, "guest", STACK);
            thread.user = this;
            thread.start();
        }

        private Outcome outcome(long result) {
            return new Outcome(
                    List.copyOf(answers),
                    result,
                    context.globalInt(module.globalIndex("__stack_pointer")),
                    digest());
        }

        /** The memory's contents above the guest stack, which may hold what frames left behind. */
        private String digest() {
            StringBuilder text = new StringBuilder();
            byte[] buffer = new byte[PAGE];
            frames.forEach(
                    (page, frame) -> {
                        ram.read(frame, buffer, 0, PAGE);
                        text.append(page).append(':').append(Arrays.hashCode(buffer)).append(' ');
                    });
            return text.toString();
        }

        byte[] read(int address, int length) {
            byte[] bytes = new byte[length];
            for (int i = 0; i < length; i++) {
                int at = address + i;
                ram.read(map(at >>> AddressSpace.PAGE_SHIFT) + (at & PAGE - 1), bytes, i, 1);
            }
            return bytes;
        }

        @Override
        public void fault(int address, boolean write) {
            if (address < 1 << 16 || address >= STACK_TOP) {
                throw new IllegalStateException("fault at " + Integer.toHexString(address));
            }
            map(address >>> AddressSpace.PAGE_SHIFT);
        }

        @Override
        public void poll() {
            space.clearAttention();
            stack.enterHandler();
            try {
                module.export("on_signal").invokeExact(space.table(), context);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            } finally {
                stack.leaveHandler();
            }
        }

        @Override
        public void trap(int kind, int address) {
            throw new IllegalStateException("trap " + kind);
        }

        @Override
        public int futexWait(int address, int expected, long timeoutNanos) {
            throw new IllegalStateException();
        }

        @Override
        public int futexWait64(int address, long expected, long timeoutNanos) {
            throw new IllegalStateException();
        }

        @Override
        public int futexWake(int address, int count) {
            throw new IllegalStateException();
        }
    }

    @FunctionalInterface
    private interface Body {
        long run() throws Throwable;
    }

    /** Runs an export and answers what all processes came to, in the order of their answers. */
    List<Outcome> run(String function, Object... arguments) throws Exception {
        return run(new Process((List<Integer>) null), function, arguments);
    }

    /** Every process comes to what its replay comes to: result, memory and stack pointer. */
    List<Outcome> check(int processes, String function, Object... arguments) throws Exception {
        List<Outcome> outcomes = run(function, arguments);
        assertThat(outcomes).hasSize(processes);
        Set<List<Integer>> histories = new HashSet<>();
        for (Outcome outcome : outcomes) {
            assertThat(histories.add(outcome.answers())).isTrue();
            assertThat(outcome).isEqualTo(replay(outcome.answers(), function, arguments));
        }
        return outcomes;
    }

    /** What a process comes to that gets these answers from its system calls. */
    Outcome replay(List<Integer> answers, String function, Object... arguments) throws Exception {
        return run(new Process(answers), function, arguments).get(0);
    }

    /** The bytes of a process's memory after a run or replay. */
    byte[] memoryAfter(
            List<Integer> answers, int address, int length, String function, Object... arguments)
            throws Exception {
        Process process = new Process(answers);
        run(process, function, arguments);
        return process.read(address, length);
    }

    private List<Outcome> run(Process first, String function, Object... arguments)
            throws Exception {
        MethodHandle export = module.export(function);
        FunctionType type = module.layout().functions().get(function);
        List<Object> all = new ArrayList<>(List.of(arguments));
        all.add(first.space.table());
        all.add(first.context);
        boolean wide = type.results().equals(List.of(ValueType.I64));
        first.start(
                () -> {
                    Object result = export.invokeWithArguments(all);
                    return wide ? (long) result : (int) result;
                });
        List<Outcome> outcomes = new ArrayList<>();
        for (var next = first.all.poll(); next != null; next = first.all.poll()) {
            outcomes.add(next.get());
        }
        outcomes.sort(Comparator.comparing(outcome -> outcome.answers().toString()));
        return outcomes;
    }

    /** Calls an export that does not fork. */
    int call(String function, Object... arguments) throws Exception {
        return (int) run(function, arguments).get(0).result();
    }

    @Override
    public void close() {
        spaces.forEach(AddressSpace::release);
        ram.free();
    }
}
