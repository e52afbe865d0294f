/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.task;

import dev.wasmlinux.host.cpu.LogicalCpu;
import dev.wasmlinux.host.memory.AddressSpace;
import dev.wasmlinux.host.rt.GuestThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * All tasks of a machine by handle.
 *
 * <p>Thread safe.
 */
public final class TaskTable {
    /** Java stack of a guest thread; only what is used costs memory. */
    static final long STACK_SIZE = 16L << 20;

    /** Java stack that must be free to enter the kernel. */
    static final int STACK_RESERVE = 1 << 20;

    private final ConcurrentHashMap<Integer, Task> tasks = new ConcurrentHashMap<>();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final AtomicInteger handles = new AtomicInteger(); // 1 is the boot task
    private final KernelEntry kernel;
    private final Life life;
    private final List<LogicalCpu> cpus;
    private final String name;
    private final int limit;

    /**
     * @param name prefix of thread names
     * @param limit most tasks at a time
     */
    public TaskTable(KernelEntry kernel, Life life, List<LogicalCpu> cpus, String name, int limit) {
        this.kernel = kernel;
        this.life = life;
        this.cpus = List.copyOf(cpus);
        this.name = name;
        this.limit = limit;
    }

    KernelEntry kernel() {
        return kernel;
    }

    Life life() {
        return life;
    }

    List<LogicalCpu> cpus() {
        return cpus;
    }

    GuestThread newThread(int handle, Runnable body) {
        return new GuestThread(null, body, name + "-task-" + handle, STACK_SIZE);
    }

    /**
     * Makes a task and starts its thread, which waits for a CPU.
     *
     * @param address of its task_struct, 0 for the boot task
     * @param argument the device tree's address for the boot task, else address of its pt_regs
     * @param imports makes the kernel's imports of the task
     * @param prepare finishes the task before its thread starts
     * @return null if the host has no room for it
     */
    public Task create(
            Task.Start start,
            int address,
            int argument,
            Function<Task, Object> imports,
            Consumer<Task> prepare) {
        if (tasks.size() >= limit) {
            return null;
        }
        int handle = handles.incrementAndGet();
        Task task = null;
        try {
            task = new Task(handle, start, address, argument, this, imports);
            prepare.accept(task);
            tasks.put(handle, task);
            threads.add(task.thread());
            task.thread().start();
            return task;
        } catch (OutOfMemoryError e) { // no native thread or no memory: the guest gets EAGAIN
            tasks.remove(handle);
            if (task != null) {
                threads.remove(task.thread());
                task.user().close();
            }
            return null;
        }
    }

    /** The task of a handle, or null. */
    public Task get(int handle) {
        return tasks.get(handle);
    }

    /** Forgets a task that will not run any more. */
    public void free(int handle) {
        Task task = tasks.remove(handle);
        if (task != null) {
            task.abandon();
        }
    }

    /** Number of tasks that the kernel has not freed. */
    public int size() {
        return tasks.size();
    }

    void ended(Thread thread) {
        threads.remove(thread);
    }

    /** Makes every waiting thread look at the machine's life again. */
    public void wakeAll() {
        threads.forEach(LockSupport::unpark);
        cpus.forEach(LogicalCpu::wake);
        for (LogicalCpu cpu : cpus) {
            AddressSpace space = cpu.userSpace();
            if (space != null) {
                space.raiseAttention();
            }
        }
    }

    /**
     * Waits until all threads have ended, waking them again and again, after life has ended.
     *
     * @return the threads that are still alive after the time
     */
    public List<Thread> awaitEnd(Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        boolean interrupted = false;
        List<Thread> alive = alive();
        while (!alive.isEmpty() && System.nanoTime() - deadline < 0) {
            wakeAll();
            try {
                alive.get(0).join(1);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            alive = alive();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return alive;
    }

    private List<Thread> alive() {
        List<Thread> alive = new ArrayList<>();
        for (Thread thread : threads) {
            if (thread != Thread.currentThread() && thread.isAlive()) {
                alive.add(thread);
            }
        }
        return alive;
    }
}
