/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.task;

import dev.wasmlinux.host.cpu.LogicalCpu;
import dev.wasmlinux.host.memory.AddressSpace;
import dev.wasmlinux.host.rt.Context;
import dev.wasmlinux.host.rt.GuestThread;
import dev.wasmlinux.host.rt.MachineDead;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * A Linux task: a JVM thread that runs while it holds a CPU, and its instance of the kernel.
 *
 * <p>Thread safety: state says for each method which thread may call it.
 */
public final class Task {
    /** How a task's thread begins. */
    public enum Start {
        /** CPU 0's first task enters the kernel. */
        BOOT,
        /** The idle task of another CPU. */
        SECONDARY,
        /** A kernel thread. */
        KERNEL,
        /** A user thread at a function. */
        FUNCTION,
        /** A copy of its parent. */
        FORK
    }

    private final int handle;
    private Start start;
    private final TaskTable table;
    private final KernelEntry kernel;
    private final Life life;
    private final List<LogicalCpu> cpus;
    private final Registers registers;
    private final Context kernelContext;
    private final UserMode user;
    private final GuestThread thread;

    private volatile boolean granted;
    private volatile boolean abandoned;
    private LogicalCpu cpu;
    private int last;

    /**
     * Makes a task and its thread, which waits until a CPU is granted.
     *
     * @param address of its task_struct, 0 for the boot task, whose kernel entry sets it
     * @param argument the device tree's address for the boot task, else address of its pt_regs
     * @param imports makes the kernel's imports for the task
     * @throws OutOfMemoryError if the host has no thread or memory for it
     */
    Task(
            int handle,
            Start start,
            int address,
            int argument,
            TaskTable table,
            Function<Task, Object> imports) {
        this.handle = handle;
        this.start = start;
        this.kernel = table.kernel();
        this.life = table.life();
        this.cpus = table.cpus();
        this.registers = new Registers(kernel.memory(), argument);
        this.kernelContext = kernel.newInstance(imports.apply(this), address);
        if (start != Start.BOOT) {
            kernel.resetStack(kernelContext, argument);
        }
        this.user = new UserMode(this, kernel, life);
        this.table = table;
        this.thread = table.newThread(handle, this::run);
        thread.setDaemon(true);
        thread.user = user;
    }

    /** The host's number of the task. */
    public int handle() {
        return handle;
    }

    /** Address of its task_struct; the boot task's comes from the kernel. Own thread. */
    private int address() {
        return kernel.currentTask(kernelContext);
    }

    /** The user half. Own thread, or the parent's before the first run. */
    public UserMode user() {
        return user;
    }

    Registers registers() {
        return registers;
    }

    Context kernelContext() {
        return kernelContext;
    }

    Thread thread() {
        return thread;
    }

    /** The CPU that the task holds. Own thread, while it runs. */
    public LogicalCpu cpu() {
        return cpu;
    }

    /** Lets the boot task start on a CPU that nobody holds. */
    public void startOn(LogicalCpu cpu) {
        grant(cpu, 0);
    }

    /** Lets a kernel thread that never ran start as the idle task of a CPU that nobody holds. */
    public void startIdleOn(LogicalCpu cpu) {
        start = Start.SECONDARY;
        grant(cpu, 0);
    }

    /** Gives the task a CPU and lets its thread run. By the CPU's holder, who stops then. */
    void grant(LogicalCpu cpu, int lastTask) {
        this.cpu = cpu;
        this.last = lastTask;
        granted = true;
        LockSupport.unpark(thread);
    }

    /**
     * Hands this task's CPU to another one and waits for one to be granted again.
     *
     * @return address of the task that held the new CPU before
     */
    public int switchTo(Task next) {
        LogicalCpu mine = cpu;
        cpu = null;
        next.grant(mine, address());
        awaitCpu();
        return last;
    }

    /** Hands the CPU on for good; the caller's frames are unwound. */
    public RuntimeException exitTo(Task next) {
        LogicalCpu mine = cpu;
        cpu = null;
        next.grant(mine, address());
        return Unwind.EXIT;
    }

    /** The kernel will never run this task again: a thread that never started ends. */
    void abandon() {
        abandoned = true;
        LockSupport.unpark(thread);
    }

    private void awaitCpu() {
        while (!granted) {
            if (life.ended()) {
                throw MachineDead.INSTANCE;
            }
            if (abandoned) {
                throw Unwind.EXIT;
            }
            LockSupport.park(this);
        }
        granted = false;
    }

    /** Repeats the hint for other CPUs of a space that still have work to notice. */
    void repeatAttention(AddressSpace space) {
        for (LogicalCpu other : cpus) {
            if (other != cpu && other.userSpace() == space && other.pending() != 0) {
                space.raiseAttention();
                return;
            }
        }
    }

    private void run() {
        try {
            awaitCpu();
            switch (start) {
                case BOOT -> kernel.start(kernelContext, registers.address());
                case SECONDARY -> kernel.secondaryStart(kernelContext);
                default -> user.run(kernel.taskStart(kernelContext, last), start);
            }
            throw new IllegalStateException("the kernel returned from an entry that does not");
        } catch (Unwind | MachineDead e) {
            // the ordinary ends of a guest thread
        } catch (Throwable t) {
            life.failed("task " + handle, t);
        } finally {
            user.close();
            table.ended(thread);
        }
    }
}
