/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host;

import dev.wasmlinux.host.agent.AgentClient;
import dev.wasmlinux.host.device.VirtioConsole;
import dev.wasmlinux.host.device.VirtioDevice;
import dev.wasmlinux.host.device.VirtioEntropy;
import dev.wasmlinux.host.kernel.BootPlan;
import dev.wasmlinux.host.kernel.RunningKernel;
import dev.wasmlinux.host.memory.PhysicalMemory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A Linux machine inside this JVM.
 *
 * <pre>{@code
 * try (Machine machine = Machine.builder().image(image).memory(256L << 20).cpus(2).build()) {
 *     machine.start();
 *     ExitReason reason = machine.awaitExit(Duration.ofMinutes(1));
 * }
 * }</pre>
 *
 * <p>Thread safe. A machine owns off-heap memory and threads until it is closed; {@link #close}
 * ends all of it within two seconds, whatever the guest is doing.
 */
public final class Machine implements AutoCloseable {
    /** Life of a machine. */
    public enum State {
        /** Made, not started. */
        CREATED,
        /** The guest runs. */
        RUNNING,
        /** The guest has ended; see {@link #exit()}. */
        ENDED,
        /** Threads and memory are gone. */
        CLOSED
    }

    /** Largest RAM in bytes: guest addresses of RAM are positive numbers of 32 bits. */
    public static final long MAX_MEMORY = PhysicalMemory.MAX_SIZE;

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final RunningKernel kernel;
    private final AgentClient agent;
    private State state = State.CREATED;

    private Machine(RunningKernel kernel, AgentClient agent) {
        this.kernel = kernel;
        this.agent = agent;
    }

    /** A builder with defaults: 256 MiB of memory, one CPU, kernel messages discarded. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Lets the first CPU enter the kernel.
     *
     * @throws IllegalStateException if the machine was started or closed before
     */
    public synchronized void start() {
        if (state != State.CREATED) {
            throw new IllegalStateException("the machine is " + state);
        }
        state = State.RUNNING;
        kernel.start();
    }

    /** Where the machine is in its life. */
    public synchronized State state() {
        return state == State.RUNNING && kernel.end().isDone() ? State.ENDED : state;
    }

    /**
     * Completes with the reason when the guest ends; completing it has no effect on the machine.
     */
    public CompletableFuture<ExitReason> exit() {
        return kernel.end().copy();
    }

    /**
     * Waits for the guest to end.
     *
     * @throws TimeoutException if it still runs after the time
     * @throws InterruptedException if the thread is interrupted; the machine runs on
     */
    public ExitReason awaitExit(Duration time) throws InterruptedException, TimeoutException {
        try {
            return kernel.end().get(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // the future never fails
        }
    }

    /**
     * Runs a command in the guest through the image's agent and waits for its end. Commands run one
     * at a time.
     *
     * @param in read until its end on a daemon thread; end of file goes on to the command
     * @param out gets the command's standard output, or everything when it runs on the terminal
     * @param err gets its standard error
     * @return how the command ended
     * @throws CommandException if it cannot be started
     * @throws IOException if the machine ended meanwhile, or an output stream failed
     * @throws IllegalStateException if the machine has no agent console
     */
    public WaitStatus run(Command command, InputStream in, OutputStream out, OutputStream err)
            throws IOException {
        if (agent == null) {
            throw new IllegalStateException("the machine was built without an agent console");
        }
        return agent.run(command, in, out, err);
    }

    /**
     * Tells the guest the size of the console's window.
     *
     * @throws IllegalStateException if the machine has no agent console; use the own device then
     */
    public void resizeTerminal(int columns, int rows) {
        if (agent == null) {
            throw new IllegalStateException("the machine was built with a console of its own");
        }
        agent.resize(columns, rows);
    }

    /** Ends the guest and gives threads and memory back. May be called in any state, repeatedly. */
    @Override
    public void close() {
        synchronized (this) {
            if (state == State.CLOSED) {
                return;
            }
            state = State.CLOSED;
        }
        kernel.close();
    }

    /** Collects what a machine is made of. Not thread safe. */
    public static final class Builder {
        private static final int MAX_CPUS = 32;

        private MachineImage image;
        private long memory = 256L << 20;
        private int cpus = 1;
        private String commandLine = "";
        private Consumer<byte[]> kernelLog = bytes -> {};
        private InstantSource clock = InstantSource.system();
        private byte[] seed;
        private int taskLimit = 4096;
        private VirtioConsole console;
        private final List<VirtioDevice> devices = new ArrayList<>();

        private Builder() {}

        /** What to boot. Needed. */
        public Builder image(MachineImage image) {
            this.image = Objects.requireNonNull(image);
            return this;
        }

        /**
         * Size of RAM in bytes, at most {@value Machine#MAX_MEMORY}; rounded down to 64 KiB. Only
         * what the guest touches costs memory of the host.
         */
        public Builder memory(long bytes) {
            this.memory = bytes;
            return this;
        }

        /** Number of CPUs, 1 to 32; may exceed the processors of the host. */
        public Builder cpus(int count) {
            if (count < 1 || count > MAX_CPUS) {
                throw new IllegalArgumentException(count + " CPUs: must be 1 to " + MAX_CPUS);
            }
            this.cpus = count;
            return this;
        }

        /** Kernel command line. */
        public Builder commandLine(String text) {
            this.commandLine = Objects.requireNonNull(text);
            return this;
        }

        /**
         * Takes the kernel's early console as it is printed, on a thread of the machine. While it
         * is slow, messages beyond 1 MiB are dropped, and a notice says how many bytes.
         */
        public Builder kernelLog(Consumer<byte[]> consumer) {
            this.kernelLog = Objects.requireNonNull(consumer);
            return this;
        }

        /** The guest's wall clock. The monotonic clock is always the host's. */
        public Builder clock(InstantSource source) {
            this.clock = Objects.requireNonNull(source);
            return this;
        }

        /**
         * Fixes the seed of the kernel's random numbers, for repeatable runs; at least 32 bytes.
         */
        public Builder entropy(byte[] bytes) {
            if (bytes.length < 32) {
                throw new IllegalArgumentException("seed of " + bytes.length + " bytes: needs 32");
            }
            this.seed = bytes.clone();
            return this;
        }

        /**
         * Adds a device; the guest sees devices in the order of the calls. A source of entropy is
         * always there.
         */
        public Builder device(VirtioDevice device) {
            devices.add(Objects.requireNonNull(device));
            return this;
        }

        /**
         * Sets the console. Without it, the machine gets one with the ports of the agent, which
         * {@link Machine#run} needs.
         */
        public Builder console(VirtioConsole device) {
            this.console = Objects.requireNonNull(device);
            return this;
        }

        /** Most tasks (processes, threads, kernel threads) at a time; beyond it fork fails. */
        public Builder taskLimit(int count) {
            if (count < 16) {
                throw new IllegalArgumentException(count + " tasks: the kernel needs at least 16");
            }
            this.taskLimit = count;
            return this;
        }

        /**
         * Makes the machine; {@link Machine#start} boots it.
         *
         * @throws IllegalStateException if there is no image
         * @throws MachineException if the host has no memory for it
         */
        public Machine build() {
            if (image == null) {
                throw new IllegalStateException("no image");
            }
            PhysicalMemory ram;
            try {
                ram = PhysicalMemory.reserve(memory);
            } catch (OutOfMemoryError e) {
                throw new MachineException("the host refuses address space for guest memory", e);
            }
            long origin = System.nanoTime();
            InstantSource wall = clock;
            VirtioConsole first = console == null ? AgentClient.newConsole() : console;
            AgentClient agent = console == null ? new AgentClient(first) : null;
            RunningKernel kernel =
                    new RunningKernel(
                            new BootPlan(
                                    "wasm-linux-" + NUMBERS.incrementAndGet(),
                                    image.kernel(),
                                    image.symbols(),
                                    ram,
                                    cpus,
                                    commandLine,
                                    image.initramfs(),
                                    seed == null ? freshSeed() : seed,
                                    allDevices(first),
                                    kernelLog,
                                    () -> System.nanoTime() - origin,
                                    () -> nanos(wall.instant()),
                                    image.programs(),
                                    taskLimit));
            return new Machine(kernel, agent);
        }

        private List<VirtioDevice> allDevices(VirtioConsole first) {
            List<VirtioDevice> all = new ArrayList<>();
            all.add(first);
            all.addAll(devices);
            all.add(new VirtioEntropy());
            return all;
        }

        private static byte[] freshSeed() {
            byte[] bytes = new byte[64];
            new SecureRandom().nextBytes(bytes);
            return bytes;
        }

        private static long nanos(Instant instant) {
            return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
        }
    }
}
