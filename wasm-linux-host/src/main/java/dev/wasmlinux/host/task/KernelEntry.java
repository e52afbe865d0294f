/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.task;

import dev.wasmlinux.host.engine.CompiledModule;
import dev.wasmlinux.host.memory.PhysicalMemory;
import dev.wasmlinux.host.rt.Context;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;

/**
 * The kernel's exports, called on a task's own thread while it holds a CPU.
 *
 * <p>Immutable and thread safe. Whatever a call throws comes out unchanged; anything but the host's
 * own unwinding means that kernel state is torn.
 */
public final class KernelEntry {
    private final CompiledModule module;
    private final PhysicalMemory memory;
    private final long base;
    private final int stackPointer;
    private final int currentTask;
    private final MethodHandle start;
    private final MethodHandle secondaryStart;
    private final MethodHandle taskStart;
    private final MethodHandle userSyscall;
    private final MethodHandle userFault;
    private final MethodHandle userTrap;
    private final MethodHandle userPoll;
    private final MethodHandle userSigreturn;

    /** Binds the exports of a kernel that has been verified. */
    public KernelEntry(CompiledModule module, PhysicalMemory memory) {
        this.module = module;
        this.memory = memory;
        this.base = memory.base();
        stackPointer = module.globalIndex("__stack_pointer");
        currentTask = module.globalIndex("current_task");
        start = bind("_start", void.class, int.class);
        secondaryStart = bind("secondary_start", void.class);
        taskStart = bind("task_start", int.class, int.class);
        userSyscall =
                bind(
                        "user_syscall",
                        int.class,
                        int.class,
                        long.class,
                        long.class,
                        long.class,
                        long.class,
                        long.class,
                        long.class);
        userFault = bind("user_fault", int.class, int.class, int.class);
        userTrap = bind("user_trap", int.class, int.class, int.class);
        userPoll = bind("user_poll", int.class);
        userSigreturn = bind("user_sigreturn", int.class);
    }

    private MethodHandle bind(String name, Class<?> result, Class<?>... parameters) {
        MethodType type =
                MethodType.methodType(result, parameters)
                        .appendParameterTypes(long.class, Context.class);
        return module.export(name).asType(type);
    }

    /** A kernel instance for a task. */
    Context newInstance(Object imports, int taskAddress) {
        Context context = module.newContext(base, imports);
        if (taskAddress != 0) {
            context.globalInt(currentTask, taskAddress);
        }
        return context;
    }

    /** Puts the kernel stack of a task in user mode to its beginning. */
    void resetStack(Context context, int registers) {
        context.globalInt(stackPointer, registers);
    }

    /** Address of the task_struct that an instance belongs to. */
    int currentTask(Context context) {
        return context.globalInt(currentTask);
    }

    /** The guest's RAM. */
    PhysicalMemory memory() {
        return memory;
    }

    void start(Context context, int deviceTree) throws Throwable {
        start.invokeExact(deviceTree, base, context);
    }

    void secondaryStart(Context context) throws Throwable {
        secondaryStart.invokeExact(base, context);
    }

    int taskStart(Context context, int last) throws Throwable {
        return (int) taskStart.invokeExact(last, base, context);
    }

    int syscall(Context context, int nr, long a0, long a1, long a2, long a3, long a4, long a5)
            throws Throwable {
        return (int) userSyscall.invokeExact(nr, a0, a1, a2, a3, a4, a5, base, context);
    }

    int fault(Context context, int address, int access) throws Throwable {
        return (int) userFault.invokeExact(address, access, base, context);
    }

    int trap(Context context, int kind, int address) throws Throwable {
        return (int) userTrap.invokeExact(kind, address, base, context);
    }

    int poll(Context context) throws Throwable {
        return (int) userPoll.invokeExact(base, context);
    }

    int sigreturn(Context context) throws Throwable {
        return (int) userSigreturn.invokeExact(base, context);
    }
}
