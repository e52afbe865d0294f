/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.agent;

import dev.wasmlinux.host.Command;
import dev.wasmlinux.host.CommandException;
import dev.wasmlinux.host.MachineException;
import dev.wasmlinux.host.OutputException;
import dev.wasmlinux.host.WaitStatus;
import dev.wasmlinux.host.device.ConsolePort;
import dev.wasmlinux.host.device.VirtioConsole;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Runs commands in a guest through the agent on its control port, one at a time.
 *
 * <p>Thread safe: concurrent calls of {@link #run} wait for one another, {@link #signal} may be
 * called at any time.
 */
public final class AgentClient {
    /** Names of the ports that the agent looks for. */
    private static final List<String> PORTS = List.of("control", "stdin", "stdout", "stderr");

    private static final int VERSION = 1;
    private static final int FLAG_TERMINAL = 1;
    private static final int CHUNK = 1 << 16;

    private final VirtioConsole console;
    private final ConsolePort control;
    private boolean greeted;

    /** Number of the latest command. */
    private volatile int running;

    /** For a console made by {@link #newConsole}. */
    public AgentClient(VirtioConsole console) {
        this.console = console;
        this.control = port("control");
    }

    /** A console device with the ports of the protocol. */
    public static VirtioConsole newConsole() {
        return VirtioConsole.withPorts(PORTS.toArray(new String[0]));
    }

    private ConsolePort port(String name) {
        return console.port(name)
                .orElseThrow(() -> new IllegalArgumentException("console without port " + name));
    }

    /**
     * Runs a command and waits for it. Input is read on a daemon thread, which may go on waiting
     * for the stream after the command has ended; outputs are written by two threads and are
     * complete when the method returns.
     *
     * @return how it ended
     * @throws CommandException if the command cannot be started
     * @throws OutputException if an output stream failed; the command has ended
     * @throws IOException if the machine ended meanwhile
     */
    public synchronized WaitStatus run(
            Command command, InputStream in, OutputStream out, OutputStream err)
            throws IOException {
        greet();
        ConsolePort input = command.terminal() ? console.console() : port("stdin");
        int number;
        synchronized (input) { // an earlier command's input may end just now
            number = ++running;
            input.setOpen(true);
        }
        port("stdout").setOpen(true);
        port("stderr").setOpen(true);
        send(request(command));
        Frame answer = Frame.read(control.output());
        if (answer.type() == Frame.FAILED) {
            throw new CommandException(
                    command.arguments().get(0), answer.string(4), answer.word(0));
        }
        expect(answer, Frame.STARTED);
        daemon("input", () -> feed(in, input, command.terminal() ? 0 : number));
        if (command.terminal()) {
            return runOnTerminal(out);
        }
        Drain toOut = new Drain(port("stdout"), out);
        Drain toErr = new Drain(port("stderr"), err);
        Thread second = daemon("error output", toErr);
        Thread first = daemon("output", toOut);
        Frame end = Frame.read(control.output());
        expect(end, Frame.EXITED);
        join(first);
        join(second);
        WaitStatus status = new WaitStatus(end.word(0));
        toOut.check(status);
        toErr.check(status);
        return status;
    }

    private WaitStatus runOnTerminal(OutputStream out) throws IOException {
        ConsolePort terminal = console.console();
        Drain drain = new Drain(terminal, out);
        daemon("terminal", drain);
        Frame end = Frame.read(control.output());
        expect(end, Frame.EXITED);
        drain.awaitIdle();
        terminal.output().close(); // ends the drain; the console stays open for the next session
        return new WaitStatus(end.word(0));
    }

    /** Sends a signal to the process group of the running command. */
    public void signal(int number) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(number);
        send(new Frame(Frame.SIGNAL, payload.array()));
    }

    /** Tells the guest the size of the console's window. */
    public void resize(int columns, int rows) {
        console.resize(columns, rows);
    }

    /** Asks the guest to write back its data and power off. */
    public void powerOff() throws IOException {
        send(new Frame(Frame.POWER_OFF, new byte[0]));
    }

    private void greet() throws IOException {
        if (greeted) {
            return;
        }
        Frame hello = Frame.read(control.output());
        expect(hello, Frame.HELLO);
        if (hello.word(0) != VERSION) {
            throw new MachineException(
                    "the image's agent speaks version "
                            + hello.word(0)
                            + " of the protocol, this host version "
                            + VERSION
                            + ": use an image of the same release");
        }
        greeted = true;
    }

    private static void expect(Frame frame, int type) throws IOException {
        if (frame.type() != type) {
            throw new IOException(
                    String.format("the agent sent frame 0x%x instead of 0x%x", frame.type(), type));
        }
    }

    private void send(Frame frame) throws IOException {
        OutputStream to = control.input();
        synchronized (to) {
            to.write(frame.toBytes());
        }
    }

    private static Frame request(Command command) {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        word(payload, command.terminal() ? FLAG_TERMINAL : 0);
        word(payload, command.arguments().size());
        command.arguments().forEach(argument -> string(payload, argument));
        word(payload, command.environment().size());
        command.environment().forEach((name, value) -> string(payload, name + "=" + value));
        string(payload, command.directory());
        if (payload.size() > Frame.MAX_PAYLOAD) {
            throw new MachineException(
                    "arguments and environment have "
                            + payload.size()
                            + " bytes, the limit is "
                            + Frame.MAX_PAYLOAD);
        }
        return new Frame(Frame.EXEC, payload.toByteArray());
    }

    private static void word(ByteArrayOutputStream to, int value) {
        to.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    }

    private static void string(ByteArrayOutputStream to, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        word(to, bytes.length);
        to.writeBytes(bytes);
    }

    private static Thread daemon(String what, Runnable body) {
        Thread thread = new Thread(null, body, "wasm-linux-" + what, 1 << 19);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void join(Thread thread) throws IOException {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a command's output drains");
        }
    }

    /** Copies input until its end, which closes the port if the command still runs. */
    private void feed(InputStream from, ConsolePort to, int number) {
        byte[] buffer = new byte[CHUNK];
        try {
            for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                to.input().write(buffer, 0, n);
            }
        } catch (IOException e) {
            return; // the command or the machine has ended: nobody wants the rest
        }
        synchronized (to) {
            if (number == running) {
                to.setOpen(false);
            }
        }
    }

    /** Copies what the guest writes to a port until it closes the port. */
    private static final class Drain implements Runnable {
        private final ConsolePort from;
        private final OutputStream to;
        private IOException failure;

        Drain(ConsolePort from, OutputStream to) {
            this.from = from;
            this.to = to;
        }

        @Override
        public void run() {
            byte[] buffer = new byte[CHUNK];
            InputStream source = from.output();
            try {
                for (int n = source.read(buffer); n >= 0; n = source.read(buffer)) {
                    synchronized (this) {
                        to.write(buffer, 0, n);
                        to.flush();
                    }
                }
            } catch (IOException e) {
                synchronized (this) {
                    failure = e;
                }
                from.setOpen(false); // the writer in the guest gets EPIPE
            }
        }

        /**
         * After the end of a session on the console, which stays open: all that is there is out.
         */
        synchronized void awaitIdle() throws IOException {
            while (from.output().available() > 0 && failure == null) {
                try {
                    wait(1);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }

        synchronized void check(WaitStatus status) throws OutputException {
            if (failure != null) {
                throw new OutputException(status, failure);
            }
        }
    }
}
