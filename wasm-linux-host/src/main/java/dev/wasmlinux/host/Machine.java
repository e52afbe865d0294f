/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host;

import dev.wasmlinux.host.agent.AgentClient;
import dev.wasmlinux.host.device.MmioBus;
import dev.wasmlinux.host.device.VirtioConsole;
import dev.wasmlinux.host.device.VirtioDevice;
import dev.wasmlinux.host.device.VirtioEntropy;
import dev.wasmlinux.host.kernel.BootPlan;
import dev.wasmlinux.host.kernel.RunningKernel;
import dev.wasmlinux.host.memory.PhysicalMemory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
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
     * @throws MachineException if the host has no thread or memory for it; the machine has ended
     *     then as {@code FAILED}
     */
    public synchronized void start() {
        if (state != State.CREATED) {
            throw new IllegalStateException("the machine is " + state);
        }
        state = State.RUNNING;
        try {
            kernel.start();
        } catch (OutOfMemoryError e) {
            kernel.failed("start", e);
            throw new MachineException("the machine cannot start: " + e.getMessage(), e);
        }
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
     * @throws OutputException if an output stream failed; the command has ended
     * @throws IOException if the machine ended meanwhile
     * @throws IllegalStateException if the machine has no agent console
     */
    public WaitStatus run(Command command, InputStream in, OutputStream out, OutputStream err)
            throws IOException {
        return agent().run(command, in, out, err);
    }

    private AgentClient agent() {
        if (agent == null) {
            throw new IllegalStateException("the machine was built without an agent console");
        }
        return agent;
    }

    /**
     * Sends a signal to the running command and its children (its process group), as a way to end
     * it from another thread. Without a running command nothing happens.
     *
     * @param number a signal of Linux, for example 15 for SIGTERM or 9 for SIGKILL
     * @throws IllegalArgumentException if it is not 1 to 64
     * @throws IOException if the machine has ended
     * @throws IllegalStateException if the machine has no agent console
     */
    public void signal(int number) throws IOException {
        if (number < 1 || number > 64) {
            throw new IllegalArgumentException("signal " + number + ": must be 1 to 64");
        }
        agent().signal(number);
    }

    /**
     * Asks the guest to end all processes, write back its data and power off, and does not wait for
     * it: {@link #awaitExit} does.
     *
     * @throws IOException if the machine has ended
     * @throws IllegalStateException if the machine has no agent console
     */
    public void powerOff() throws IOException {
        agent().powerOff();
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

        /** COMMAND_LINE_SIZE of the kernel (include/uapi/asm-generic/setup.h) less the NUL. */
        private static final int MAX_COMMAND_LINE = 511;

        /** Devices beside the console and the source of entropy, which are always there. */
        private static final int MAX_DEVICES = MmioBus.MAX_DEVICES - 2;

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
         * Size of RAM in bytes, 1 MiB to {@value Machine#MAX_MEMORY}; rounded down to 64 KiB. Only
         * what the guest touches costs memory of the host.
         *
         * @throws IllegalArgumentException if the size is out of range
         */
        public Builder memory(long bytes) {
            if (bytes < PhysicalMemory.MIN_SIZE || bytes > MAX_MEMORY) {
                throw new IllegalArgumentException(
                        String.format(
                                "%d bytes of memory: must be %d to %d",
                                bytes, PhysicalMemory.MIN_SIZE, MAX_MEMORY));
            }
            this.memory = bytes;
            return this;
        }

        /**
         * Number of CPUs, 1 to 32; may exceed the processors of the host.
         *
         * @throws IllegalArgumentException if the number is out of range
         */
        public Builder cpus(int count) {
            if (count < 1 || count > MAX_CPUS) {
                throw new IllegalArgumentException(count + " CPUs: must be 1 to " + MAX_CPUS);
            }
            this.cpus = count;
            return this;
        }

        /**
         * Kernel command line, at most {@value #MAX_COMMAND_LINE} bytes of UTF-8.
         *
         * @throws IllegalArgumentException if it is longer, which the kernel would cut without a
         *     word, or holds a NUL
         */
        public Builder commandLine(String text) {
            int length = text.getBytes(StandardCharsets.UTF_8).length;
            if (length > MAX_COMMAND_LINE || text.indexOf(0) >= 0) {
                throw new IllegalArgumentException(
                        "kernel command line of "
                                + length
                                + " bytes: must be at most "
                                + MAX_COMMAND_LINE
                                + " without NUL");
            }
            this.commandLine = text;
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
         *
         * @throws IllegalArgumentException if there are fewer
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
         * always there. A device serves one machine only.
         *
         * @throws IllegalArgumentException if there are {@value #MAX_DEVICES} already
         */
        public Builder device(VirtioDevice device) {
            if (devices.size() == MAX_DEVICES) {
                throw new IllegalArgumentException(
                        "no room for more than " + MAX_DEVICES + " devices");
            }
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

        /**
         * Most tasks (processes, threads, kernel threads) at a time, at least 16; beyond it fork
         * fails.
         *
         * @throws IllegalArgumentException if there are fewer
         */
        public Builder taskLimit(int count) {
            if (count < 16) {
                throw new IllegalArgumentException(count + " tasks: the kernel needs at least 16");
            }
            this.taskLimit = count;
            return this;
        }

        /**
         * Makes the machine; {@link Machine#start} boots it. If it fails, nothing of the machine is
         * left.
         *
         * @throws IllegalStateException if there is no image
         * @throws IllegalArgumentException if a device describes itself wrongly
         * @throws MachineException if the memory is too small for the image, or the host has no
         *     memory or thread for the machine
         */
        public Machine build() {
            if (image == null) {
                throw new IllegalStateException("no image");
            }
            VirtioConsole first = console == null ? AgentClient.newConsole() : console;
            AgentClient agent = console == null ? new AgentClient(first) : null;
            PhysicalMemory ram;
            try {
                ram = PhysicalMemory.reserve(memory);
            } catch (OutOfMemoryError e) {
                throw new MachineException("the host refuses address space for guest memory", e);
            }
            try {
                return new Machine(new RunningKernel(plan(ram, first)), agent);
            } catch (OutOfMemoryError e) {
                ram.free();
                throw new MachineException("the host has no room for a machine", e);
            } catch (RuntimeException | Error e) {
                ram.free();
                throw e;
            }
        }

        private BootPlan plan(PhysicalMemory ram, VirtioConsole first) {
            long origin = System.nanoTime();
            InstantSource wall = clock;
            return new BootPlan(
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
                    image.codeCache(),
                    taskLimit);
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
