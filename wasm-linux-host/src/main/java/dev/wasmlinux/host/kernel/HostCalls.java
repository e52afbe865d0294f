/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.kernel;

import dev.wasmlinux.host.ExitReason;
import dev.wasmlinux.host.cpu.LogicalCpu;
import dev.wasmlinux.host.memory.AddressSpace;
import dev.wasmlinux.host.memory.PhysicalMemory;
import dev.wasmlinux.host.rt.KernelImports;
import dev.wasmlinux.host.rt.MachineDead;
import dev.wasmlinux.host.task.Program;
import dev.wasmlinux.host.task.Task;

/**
 * The kernel's imports as one task sees them. Called on the task's thread while it holds a CPU;
 * what an import throws, other than the host's own unwinding, ends the machine.
 */
final class HostCalls implements KernelImports {
    private static final int KIND_KERNEL = 0;
    private static final int KIND_FUNCTION = 1;
    private static final int KIND_FORK = 2;

    private final RunningKernel kernel;
    private final PhysicalMemory memory;
    private final Task task;
    private int relaxed;

    HostCalls(RunningKernel kernel, Task task) {
        this.kernel = kernel;
        this.memory = kernel.memory();
        this.task = task;
    }

    @Override
    public void console_write(int pointer, int length) {
        byte[] bytes = new byte[Math.min(length, 1 << 16)];
        memory.read(pointer, bytes, 0, bytes.length);
        kernel.log().write(bytes);
    }

    @Override
    public void machine_end(int kind, int status, int message, int length) {
        String text = length > 0 ? memory.text(message, Math.min(length, 1 << 12)) : "";
        ExitReason.Kind end =
                switch (kind) {
                    case 0 -> ExitReason.Kind.POWER_OFF;
                    case 1 -> ExitReason.Kind.RESTART;
                    case 2 -> ExitReason.Kind.HALT;
                    default -> ExitReason.Kind.PANIC;
                };
        kernel.end(new ExitReason(end, status, text, null));
        throw MachineDead.INSTANCE;
    }

    @Override
    public int stack_trace(int pointer, int length) {
        byte[] text = kernel.guestTrace(new Throwable().getStackTrace());
        int stored = Math.min(length, text.length);
        memory.write(pointer, text, 0, stored);
        return stored;
    }

    @Override
    public long clock_monotonic() {
        return kernel.monotonicClock().getAsLong();
    }

    @Override
    public long clock_realtime() {
        return kernel.realtimeClock().getAsLong();
    }

    @Override
    public void timer_set(long deadline) {
        kernel.timers().set(task.cpu().number(), deadline);
    }

    @Override
    public int cpu_up(int cpu, int handle) {
        if (cpu <= 0 || cpu >= kernel.cpus().size()) {
            return -Errno.EINVAL;
        }
        kernel.task(handle).startIdleOn(kernel.cpus().get(cpu));
        return 0;
    }

    @Override
    public void cpu_idle() {
        task.cpu().idle(kernel::ended);
        kernel.checkAlive();
    }

    @Override
    public void cpu_relax() {
        kernel.checkAlive();
        if ((++relaxed & 63) == 0) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }

    @Override
    public void cpu_ipi(int cpu, int bits) {
        kernel.cpu(cpu).raise(bits);
    }

    @Override
    public int task_new(int address, int registers, int kind, int mm) {
        switch (kind) {
            case KIND_KERNEL:
                return kernel.newTask(Task.Start.KERNEL, address, registers, child -> {});
            case KIND_FUNCTION:
            case KIND_FORK:
                AddressSpace space = kernel.space(mm);
                boolean fork = kind == KIND_FORK;
                if (fork && !task.user().canFork()) {
                    return -Errno.ENOSYS;
                }
                return kernel.newTask(
                        fork ? Task.Start.FORK : Task.Start.FUNCTION,
                        address,
                        registers,
                        child -> child.user().inheritFrom(task.user(), space, fork));
            default:
                return -Errno.EINVAL;
        }
    }

    @Override
    public void task_free(int handle) {
        kernel.freeTask(handle);
    }

    @Override
    public int task_switch(int prev, int next, int dead) {
        if (prev != task.handle()) {
            throw new IllegalStateException(
                    "task_switch from " + prev + " on the thread of task " + task.handle());
        }
        Task to = kernel.task(next);
        if (dead != 0) {
            throw task.exitTo(to);
        }
        return task.switchTo(to);
    }

    @Override
    public int mm_new(int mm) {
        return kernel.newSpace();
    }

    @Override
    public void mm_free(int handle) {
        kernel.freeSpace(handle);
    }

    @Override
    public void tlb_set(int mm, int vpn, int frame, int perm) {
        kernel.space(mm).set(vpn, frame, perm);
    }

    @Override
    public void tlb_flush(int mm, int vpn, int count, int cpumask) {
        AddressSpace space = kernel.space(mm);
        space.clear(vpn, count);
        LogicalCpu mine = task.cpu();
        for (LogicalCpu cpu : kernel.cpus()) {
            if (cpu != mine && (cpumask & 1 << cpu.number()) != 0) {
                cpu.awaitSafepoint(space, kernel::ended);
            }
        }
    }

    @Override
    public int program_new(int size) {
        return kernel.programs().create(size);
    }

    @Override
    public int program_write(int handle, int offset, int pointer, int length) {
        return kernel.programs().write(handle, offset, memory, pointer, length);
    }

    @Override
    public int program_prepare(int handle) {
        return kernel.programs().prepare(handle);
    }

    @Override
    public int program_info(int handle, int pointer) {
        Program program = kernel.programs().ready(handle);
        memory.putInt(pointer, program.imageStart());
        memory.putInt(pointer + 4, program.imageEnd());
        memory.putInt(pointer + 8, 0);
        memory.putInt(pointer + 12, 0);
        return 0;
    }

    @Override
    public int program_exec(int handle, int mm) {
        Program program = kernel.programs().ready(handle);
        kernel.programs().free(handle);
        task.user().bindNext(program, kernel.space(mm));
        return 0;
    }

    @Override
    public void program_free(int handle) {
        kernel.programs().free(handle);
    }

    @Override
    public int mmio_read(int address, int size) {
        return kernel.devices().read(address, size);
    }

    @Override
    public void mmio_write(int address, int size, int value) {
        kernel.devices().write(address, size, value);
    }
}
