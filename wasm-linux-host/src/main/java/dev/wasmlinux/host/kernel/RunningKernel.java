/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.kernel;

import dev.wasmlinux.host.ExitReason;
import dev.wasmlinux.host.MachineException;
import dev.wasmlinux.host.cpu.LogicalCpu;
import dev.wasmlinux.host.cpu.Timers;
import dev.wasmlinux.host.device.MmioBus;
import dev.wasmlinux.host.device.VirtioDevice;
import dev.wasmlinux.host.device.VirtioMmioTransport;
import dev.wasmlinux.host.engine.CompiledModule;
import dev.wasmlinux.host.engine.DataPlacement;
import dev.wasmlinux.host.engine.fork.ForkSupport;
import dev.wasmlinux.host.memory.AddressSpace;
import dev.wasmlinux.host.memory.PhysicalMemory;
import dev.wasmlinux.host.rt.MachineDead;
import dev.wasmlinux.host.task.KernelEntry;
import dev.wasmlinux.host.task.Life;
import dev.wasmlinux.host.task.Task;
import dev.wasmlinux.host.task.TaskTable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * One running kernel with everything it uses in the host.
 *
 * <p>Thread safe.
 */
public final class RunningKernel implements Life, AutoCloseable {
    /** Pending bit of a timer's expiry. */
    private static final int PENDING_TIMER = 0x1;

    /** Pending bit of raised device lines. */
    private static final int PENDING_DEVICE = 0x8;

    /** Pending bit of a program that is ready or has failed. */
    private static final int PENDING_PROGRAM = 0x10;

    /** With the time that the log takes at most, closing stays below two seconds. */
    private static final Duration END_TIME = Duration.ofMillis(1200);

    private static final System.Logger LOG = System.getLogger(RunningKernel.class.getName());

    private final BootPlan plan;
    private final PhysicalMemory memory;
    private final CompiledModule module;
    private final List<LogicalCpu> cpus;
    private final TaskTable tasks;
    private final Timers timers;
    private final Programs programs;
    private final LogPump log;
    private final int irqLines;
    private final List<VirtioMmioTransport> transports;
    private final MmioBus bus;
    private final Map<Integer, AddressSpace> spaces = new ConcurrentHashMap<>();
    private final AtomicInteger spaceHandles = new AtomicInteger();
    private final CompletableFuture<ExitReason> end = new CompletableFuture<>();
    private volatile boolean ended;

    /**
     * Makes everything that a machine has; no guest code runs before {@link #start}. If it fails,
     * only the plan's memory is left to be freed.
     *
     * @throws MachineException if the memory is too small
     * @throws IllegalArgumentException if a device describes itself wrongly
     */
    public RunningKernel(BootPlan plan) {
        plan.checkRoom();
        this.plan = plan;
        this.module = plan.kernel();
        this.memory = plan.memory();
        int pending = module.layout().constant("cpu_pending").orElseThrow();
        this.irqLines = module.layout().constant("irq_lines").orElseThrow();
        List<LogicalCpu> all = new ArrayList<>();
        for (int cpu = 0; cpu < plan.cpus(); cpu++) {
            all.add(new LogicalCpu(cpu, memory, pending));
        }
        this.cpus = List.copyOf(all);
        this.tasks =
                new TaskTable(
                        new KernelEntry(module, memory), this, cpus, plan.name(), plan.taskLimit());
        this.programs =
                new Programs(
                        plan.name(),
                        plan.programs(),
                        plan.codeCache(),
                        () -> cpus.get(0).raise(PENDING_PROGRAM));
        List<AutoCloseable> made = new ArrayList<>();
        try {
            this.transports = connect(made);
            this.bus = new MmioBus(transports);
            this.log = new LogPump(plan.name() + "-log", plan.earlyConsole());
            made.add(log);
            this.timers =
                    new Timers(plan.name() + "-timers", cpus, plan.monotonicClock(), PENDING_TIMER);
        } catch (RuntimeException | Error e) {
            closeAll(made, e);
            throw e;
        }
    }

    private List<VirtioMmioTransport> connect(List<AutoCloseable> made) {
        List<VirtioMmioTransport> connected = new ArrayList<>();
        for (VirtioDevice device : plan.devices()) {
            int line = connected.size() + 1;
            VirtioMmioTransport transport =
                    new VirtioMmioTransport(
                            new DeviceMemory(memory), () -> raiseLine(line), device);
            connected.add(transport);
            made.add(transport);
        }
        return List.copyOf(connected);
    }

    private static void closeAll(List<AutoCloseable> made, Throwable reason) {
        for (AutoCloseable each : made) {
            try {
                each.close();
            } catch (Exception e) {
                reason.addSuppressed(e);
            }
        }
    }

    /** Writes the image into memory and lets CPU 0 enter the kernel. */
    public void start() {
        ForkSupport.available(); // logs the remedy now rather than at the first fork
        for (DataPlacement placement : module.layout().data()) {
            ByteBuffer bytes = placement.buffer();
            byte[] copy = new byte[placement.length()];
            bytes.get(copy);
            memory.write(placement.address(), copy, 0, copy.length);
        }
        int deviceTree = plan.placeBlobs();
        Task boot =
                tasks.create(
                        Task.Start.BOOT,
                        0,
                        deviceTree,
                        task -> new HostCalls(this, task),
                        task -> {});
        if (boot == null) {
            throw new OutOfMemoryError("no thread for the first task");
        }
        boot.startOn(cpus.get(0));
    }

    /** Completes with the reason when the machine ends. */
    public CompletableFuture<ExitReason> end() {
        return end;
    }

    /** Ends the machine for a reason; the first one counts. */
    public void end(ExitReason reason) {
        if (end.complete(reason) || !ended) {
            ended = true;
            memory.markDead();
            tasks.wakeAll();
            transports.forEach(VirtioMmioTransport::close);
        }
    }

    @Override
    public boolean ended() {
        return ended;
    }

    @Override
    public void failed(String where, Throwable cause) {
        if (cause instanceof StackOverflowError) {
            // It may have hit an import between taking a lock and the block that gives it back.
            log.releaseAfterOverflow();
            timers.releaseAfterOverflow();
            transports.forEach(VirtioMmioTransport::releaseAfterOverflow);
        }
        if (!ended) {
            String trace = new String(guestTrace(cause.getStackTrace()), StandardCharsets.UTF_8);
            LOG.log(System.Logger.Level.DEBUG, where, cause);
            end(
                    new ExitReason(
                            ExitReason.Kind.FAILED, 0, where + ": " + cause + "\n" + trace, cause));
        }
    }

    void checkAlive() {
        if (ended) {
            throw MachineDead.INSTANCE;
        }
    }

    /** Raises a device interrupt line. Any thread; not after the transports are closed. */
    private void raiseLine(int line) {
        memory.getAndOrInt(irqLines, 1 << line);
        LogicalCpu target = cpus.get(0);
        for (LogicalCpu cpu : cpus) {
            if (cpu.isIdle()) {
                target = cpu;
                break;
            }
        }
        target.raise(PENDING_DEVICE);
    }

    PhysicalMemory memory() {
        return memory;
    }

    List<LogicalCpu> cpus() {
        return cpus;
    }

    LogicalCpu cpu(int number) {
        if (number < 0 || number >= cpus.size()) {
            throw new IllegalStateException("no CPU " + number);
        }
        return cpus.get(number);
    }

    Timers timers() {
        return timers;
    }

    Programs programs() {
        return programs;
    }

    MmioBus devices() {
        return bus;
    }

    LogPump log() {
        return log;
    }

    LongSupplier monotonicClock() {
        return plan.monotonicClock();
    }

    LongSupplier realtimeClock() {
        return plan.realtimeClock();
    }

    Task task(int handle) {
        Task task = tasks.get(handle);
        if (task == null) {
            throw new IllegalStateException("no task " + handle);
        }
        return task;
    }

    int newTask(Task.Start start, int address, int registers, Consumer<Task> prepare) {
        Task task =
                tasks.create(start, address, registers, made -> new HostCalls(this, made), prepare);
        return task == null ? -Errno.EAGAIN : task.handle();
    }

    void freeTask(int handle) {
        tasks.free(handle);
    }

    int newSpace() {
        try {
            int handle = spaceHandles.incrementAndGet();
            spaces.put(handle, AddressSpace.create(memory));
            return handle;
        } catch (OutOfMemoryError e) {
            return -Errno.ENOMEM;
        }
    }

    AddressSpace space(int handle) {
        AddressSpace space = spaces.get(handle);
        if (space == null) {
            throw new IllegalStateException("no address space " + handle);
        }
        return space;
    }

    void freeSpace(int handle) {
        AddressSpace space = spaces.remove(handle);
        if (space != null) {
            space.release();
        }
    }

    /** The kernel's functions on a stack, innermost first, one a line. */
    byte[] guestTrace(StackTraceElement[] frames) {
        StringBuilder text = new StringBuilder();
        for (StackTraceElement frame : frames) {
            String name = module.functionName(frame);
            if (name != null) {
                text.append(' ').append(plan.symbol(name)).append('\n');
            }
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Ends every thread and gives all memory back. Safe to call in any state and more than once.
     *
     * @return false if a thread could not be ended in time; memory that it may touch is kept
     */
    public boolean shutDown() {
        end(new ExitReason(ExitReason.Kind.CLOSED, 0, "", null));
        timers.close();
        programs.close();
        List<Thread> left = tasks.awaitEnd(END_TIME);
        if (!left.isEmpty()) {
            log.close();
            LOG.log(
                    System.Logger.Level.ERROR,
                    "guest threads did not end, their memory is kept: " + left);
            return false;
        }
        log.close();
        spaces.values().forEach(AddressSpace::release);
        spaces.clear();
        memory.free();
        return true;
    }

    @Override
    public void close() {
        shutDown();
    }
}
