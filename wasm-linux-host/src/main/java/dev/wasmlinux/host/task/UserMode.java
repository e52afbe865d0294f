/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.task;

import dev.wasmlinux.host.cpu.LogicalCpu;
import dev.wasmlinux.host.engine.DataPlacement;
import dev.wasmlinux.host.engine.FunctionType;
import dev.wasmlinux.host.engine.ValueType;
import dev.wasmlinux.host.engine.fork.CapturedFrames;
import dev.wasmlinux.host.engine.fork.ForkException;
import dev.wasmlinux.host.engine.fork.GuestStack;
import dev.wasmlinux.host.memory.AddressSpace;
import dev.wasmlinux.host.rt.Context;
import dev.wasmlinux.host.rt.GuestTrap;
import dev.wasmlinux.host.rt.MachineDead;
import dev.wasmlinux.host.rt.ProgramImports;
import dev.wasmlinux.host.rt.StackReserve;
import dev.wasmlinux.host.rt.UserAccess;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;

/**
 * The user half of a task: runs its program and takes every path from the program into the kernel
 * and back.
 *
 * <p>For the task's own thread, except {@link #inheritFrom}, which the parent's thread calls before
 * the child runs.
 */
public final class UserMode implements ProgramImports, UserAccess {
    private static final int ACTION_RESUME = 0;
    private static final int ACTION_SIGNAL = 1;
    private static final int ACTION_EXEC = 2;

    private static final int SYS_EXIT = 93;
    private static final int SYS_CLONE = 220;
    private static final int SYS_CLONE3 = 435;

    /** Bytes of struct clone_args up to its stack. */
    private static final int CLONE_ARGS = 48;

    private static final int CLONE_VM = 0x100;
    private static final int CLONE_VFORK = 0x4000;

    /** Java stack that the host's frames below a signal handler use at most, in bytes. */
    private static final int HANDLER_FRAMES = 16 << 10;

    /**
     * Bytes below the stack pointer that compiled leaf functions use (WebAssemblyFrameLowering).
     */
    static final int RED_ZONE = 128;

    private static final System.Logger LOG = System.getLogger(UserMode.class.getName());

    private final Task task;
    private final KernelEntry kernel;
    private final Registers registers;
    private final Life life;

    private Program program;
    private AddressSpace space;
    private Context context;
    private CapturedFrames captured;
    private final StackReserve stack =
            new StackReserve(TaskTable.STACK_SIZE, TaskTable.STACK_RESERVE);

    /** Whether an error may have hit kernel code. */
    private boolean inKernel = true;

    private final Futexes futexes = new Futexes(this);
    private final GuestStack guestStack = new GuestStack(this::handlerReturned);
    private Program nextProgram;
    private AddressSpace nextSpace;

    UserMode(Task task, KernelEntry kernel, Life life) {
        this.task = task;
        this.kernel = kernel;
        this.registers = task.registers();
        this.life = life;
    }

    /** The space of the program, or null in a kernel thread. */
    AddressSpace space() {
        return space;
    }

    /**
     * Gives a new task the program of its parent. Called by the parent's thread.
     *
     * @param childSpace the child's address space; this task becomes one of its holders
     * @param copy whether the child goes on where the parent is, rather than at a function
     */
    public void inheritFrom(UserMode parent, AddressSpace childSpace, boolean copy) {
        program = parent.program;
        space = childSpace.retain();
        if (copy) {
            captured = parent.captured;
            context = program.module().copyContext(parent.context, space.table(), this);
        } else {
            context = program.module().newContext(space.table(), this);
            // without CLONE_SETTLS the child uses its parent's, as posix_spawn's does
            context.globalInt(
                    program.threadPointer(), parent.context.globalInt(program.threadPointer()));
        }
    }

    /** Whether the current system call captured the frames that a fork child needs. */
    public boolean canFork() {
        return captured != null;
    }

    /** Binds what the task runs once the kernel has said {@code EXEC}. */
    public void bindNext(Program program, AddressSpace space) {
        dropNext();
        nextProgram = Objects.requireNonNull(program);
        nextSpace = space.retain();
    }

    private void dropNext() {
        if (nextSpace != null) {
            nextSpace.release();
            nextSpace = null;
            nextProgram = null;
        }
    }

    /** Gives the address spaces back when the thread ends. */
    void close() {
        dropNext();
        if (space != null) {
            space.release();
            space = null;
        }
    }

    /**
     * Runs user code until the task ends.
     *
     * @param action what the kernel said when it left for user mode the first time
     */
    void run(int action, Task.Start start) throws Throwable {
        Task.Start next = start;
        int pending = action;
        for (; ; ) {
            try {
                if (pending == ACTION_EXEC) {
                    startProgram();
                } else if (program == null) {
                    throw new IllegalStateException("return to user mode without a program");
                } else if (next == Task.Start.FUNCTION) {
                    startFunction(pending);
                } else {
                    resumeFork(pending);
                }
                throw new IllegalStateException("user code returned to its base");
            } catch (Unwind e) {
                if (e == Unwind.EXEC) {
                    pending = ACTION_EXEC;
                } else if (e == Unwind.STACK_EXHAUSTED) {
                    pending = stackExhausted();
                } else {
                    throw e;
                }
            } catch (StackOverflowError e) {
                if (inKernel) {
                    throw e; // kernel state is torn
                }
                leave();
                pending = stackExhausted();
            }
        }
    }

    /** The program's frames are gone, so no handler can run: the kernel kills it. */
    private int stackExhausted() throws Throwable {
        context.stackCharge = 0;
        enterKernel();
        int action = kernel.trap(task.kernelContext(), GuestTrap.STACK_EXHAUSTED, 0);
        throw new IllegalStateException("stack exhausted, kernel answered " + action);
    }

    private void startProgram() throws Throwable {
        if (nextProgram == null) {
            throw new IllegalStateException("exec without a program");
        }
        AddressSpace old = space;
        program = nextProgram;
        space = nextSpace;
        nextProgram = null;
        nextSpace = null;
        if (old != null) {
            old.release();
        }
        context = program.module().newContext(space.table(), this);
        context.globalInt(program.stackPointer(), registers.stackPointer());
        writeData(program.module().layout().data());
        MethodHandle entry = program.module().export("_start");
        enterUser();
        entry.invokeExact(space.table(), context);
        leave(); // a program that returns from its entry has nothing to go on with
        trapForever(GuestTrap.UNREACHABLE, 0);
    }

    private void startFunction(int action) throws Throwable {
        context.globalInt(program.stackPointer(), registers.stackPointer());
        if (registers.threadPointer() != 0) {
            context.globalInt(program.threadPointer(), registers.threadPointer());
        }
        finish(
                action,
                null); // a signal may come first; afterwards the registers are the thread's again
        int function = registers.programCounter();
        int argument = registers.argument(0);
        MethodHandle entry = program.module().tableFunction(function);
        FunctionType type = program.module().tableFunctionType(function);
        int status = 0;
        enterUser();
        if (entry != null && type.equals(INT_TO_VOID)) {
            entry.invokeExact(argument, space.table(), context);
        } else if (entry != null && type.equals(INT_TO_INT)) {
            status = (int) entry.invokeExact(argument, space.table(), context);
        } else {
            trap(GuestTrap.BAD_INDIRECT_CALL, function);
        }
        syscall(SYS_EXIT, status, 0, 0, 0, 0, 0);
    }

    private void resumeFork(int action) throws Throwable {
        CapturedFrames frames = captured;
        captured = null;
        frames.resume(guestStack, context, space.table(), () -> returnFromSystemCall(action, null));
        leave();
        trapForever(GuestTrap.UNREACHABLE, 0);
    }

    private static final FunctionType INT_TO_VOID =
            new FunctionType(List.of(ValueType.I32), List.of());
    private static final FunctionType INT_TO_INT =
            new FunctionType(List.of(ValueType.I32), List.of(ValueType.I32));
    private static final FunctionType HANDLER_PLAIN = new FunctionType(List.of(), List.of());
    private static final FunctionType HANDLER_INFO =
            new FunctionType(List.of(ValueType.I32, ValueType.I32, ValueType.I32), List.of());

    /** Writes a program's initial data, faulting its pages in as the program itself would. */
    private void writeData(List<DataPlacement> placements) {
        byte[] buffer = new byte[1 << AddressSpace.PAGE_SHIFT];
        enterUser();
        for (DataPlacement placement : placements) {
            ByteBuffer bytes = placement.buffer();
            int address = placement.address();
            while (bytes.hasRemaining()) {
                int room = buffer.length - (address & buffer.length - 1);
                int length = Math.min(room, bytes.remaining());
                bytes.get(buffer, 0, length);
                store(address, buffer, length);
                address += length;
            }
        }
        leave();
    }

    @Override
    public int syscall(int nr, long a0, long a1, long a2, long a3, long a4, long a5) {
        leave();
        try {
            CapturedFrames frames = mayFork(nr, a0, a1) ? capture() : null;
            captured = frames;
            enterKernel();
            int action = kernel.syscall(task.kernelContext(), nr, a0, a1, a2, a3, a4, a5);
            return returnFromSystemCall(action, frames);
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    /**
     * @param frames what the call captured: the kernel may restart it when a handler has run
     */
    private int returnFromSystemCall(int action, CapturedFrames frames) throws Throwable {
        finish(action, frames);
        captured = null;
        int result = registers.result();
        enterUser();
        return result;
    }

    /** Whether a system call may ask for a child that needs the frames of its parent. */
    private boolean mayFork(int nr, long a0, long a1) {
        if (nr != SYS_CLONE3) {
            return nr == SYS_CLONE && isFork(a0, a1);
        }
        ByteBuffer arguments = ByteBuffer.allocate(CLONE_ARGS).order(ByteOrder.LITTLE_ENDIAN);
        // What cannot be read yet may be one; the kernel decides, and reads what it finds later.
        return !space.tryRead((int) a0, arguments.array(), 0, CLONE_ARGS)
                || isFork(arguments.getLong(0), arguments.getLong(CLONE_ARGS - 8));
    }

    /** Whether a clone's child goes on in the frames of its parent (clone(2)). */
    private static boolean isFork(long flags, long stack) {
        return (flags & CLONE_VM) == 0 || (flags & CLONE_VFORK) != 0 && (int) stack == 0;
    }

    private CapturedFrames capture() {
        try {
            return program.module().frameCapture().capture(guestStack);
        } catch (ForkException e) {
            LOG.log(System.Logger.Level.WARNING, "fork is refused: " + e.getMessage());
            return null; // the guest gets ENOSYS
        }
    }

    @Override
    public void fault(int address, boolean write) {
        leave();
        try {
            enterKernel();
            finish(kernel.fault(task.kernelContext(), address, write ? 1 : 0), null);
        } catch (Throwable t) {
            throw unchecked(t);
        }
        enterUser();
    }

    @Override
    public void trap(int kind, int address) {
        leave();
        trapForever(kind, address);
    }

    /** As on hardware, a trap that its handler only returns from happens again. */
    private void trapForever(int kind, int address) {
        try {
            for (; ; ) {
                enterKernel();
                finish(kernel.trap(task.kernelContext(), kind, address), null);
            }
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    @Override
    public void poll() {
        if (life.ended()) {
            throw MachineDead.INSTANCE;
        }
        LogicalCpu cpu = task.cpu();
        space.clearAttention();
        cpu.passSafepoint();
        if (cpu.pending() != 0) {
            leave();
            takeInterrupts();
            enterUser();
        }
        task.repeatAttention(space);
    }

    @Override
    public int futexWait(int address, int expected, long timeoutNanos) {
        return futexes.wait32(address, expected, timeoutNanos);
    }

    @Override
    public int futexWait64(int address, long expected, long timeoutNanos) {
        return futexes.wait64(address, expected, timeoutNanos);
    }

    @Override
    public int futexWake(int address, int count) {
        return futexes.wake(address, count);
    }

    /** The program's stack pointer. */
    int stackPointer() {
        return context.globalInt(program.stackPointer());
    }

    void stackPointer(int value) {
        context.globalInt(program.stackPointer(), value);
    }

    /** A user store within one page. */
    void store(int address, byte[] bytes, int length) {
        while (!space.tryWrite(address, bytes, 0, length)) {
            fault(address, true);
        }
    }

    private void takeInterrupts() {
        try {
            enterKernel();
            finish(kernel.poll(task.kernelContext()), null);
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    /** Publishes user mode; interrupts that were raised before are taken first. */
    private void enterUser() {
        while (task.cpu().enterUser(space)) {
            leave();
            takeInterrupts();
        }
        inKernel = false;
    }

    private void leave() {
        task.cpu().leaveUser();
    }

    private void enterKernel() {
        if (life.ended()) {
            throw MachineDead.INSTANCE;
        }
        if (!stack.hasRoom(context)) {
            throw Unwind.STACK_EXHAUSTED;
        }
        inKernel = true;
        kernel.resetStack(task.kernelContext(), registers.address());
        registers.stackPointer(context.globalInt(program.stackPointer()));
    }

    /** Does what the kernel asks for before the interrupted code may go on. */
    private void finish(int first, CapturedFrames frames) throws Throwable {
        int action = first;
        while (action != ACTION_RESUME) {
            if (action == ACTION_EXEC) {
                throw Unwind.EXEC;
            }
            if (action != ACTION_SIGNAL) {
                throw new IllegalStateException("kernel answered action " + action);
            }
            guestStack.enterHandler();
            stack.addExtra(HANDLER_FRAMES);
            try {
                runHandler();
            } finally {
                guestStack.leaveHandler();
                stack.addExtra(-HANDLER_FRAMES);
            }
            captured = frames;
            action = returnFromHandler();
        }
    }

    private int returnFromHandler() throws Throwable {
        leave();
        enterKernel();
        int action = kernel.sigreturn(task.kernelContext());
        context.globalInt(program.stackPointer(), registers.stackPointer());
        return action;
    }

    /** The child of a fork in a handler: its own handler has returned. */
    private int handlerReturned() throws Throwable {
        return returnFromSystemCall(returnFromHandler(), null);
    }

    private void runHandler() throws Throwable {
        int function = registers.programCounter();
        int a0 = registers.argument(0);
        int a1 = registers.argument(1);
        int a2 = registers.argument(2);
        context.globalInt(program.stackPointer(), registers.stackPointer());
        MethodHandle handler = program.module().tableFunction(function);
        FunctionType type = program.module().tableFunctionType(function);
        enterUser();
        if (handler != null && type.equals(INT_TO_VOID)) {
            handler.invokeExact(a0, space.table(), context);
        } else if (handler != null && type.equals(HANDLER_INFO)) {
            handler.invokeExact(a0, a1, a2, space.table(), context);
        } else if (handler != null && type.equals(HANDLER_PLAIN)) {
            handler.invokeExact(space.table(), context);
        } else {
            trap(GuestTrap.BAD_INDIRECT_CALL, function);
        }
    }

    private static RuntimeException unchecked(Throwable t) {
        if (t instanceof RuntimeException e) {
            return e;
        }
        if (t instanceof Error e) {
            throw e;
        }
        return new IllegalStateException(t);
    }
}
