/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.host.Command;
import dev.wasmlinux.host.Machine;
import dev.wasmlinux.host.WaitStatus;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.terminal.impl.DumbTerminal;

/**
 * The user's terminal as a machine's console: raw keys to the guest, changes of the window's size,
 * and a key to leave. Closing it puts the terminal back as it was.
 */
final class ConsoleTerminal implements AutoCloseable {
    /** Ctrl-], as in telnet. */
    private static final int LEAVE_KEY = 0x1d;

    private final Machine machine;
    private final Terminal terminal;
    private final Attributes saved;

    private ConsoleTerminal(Machine machine, Terminal terminal) {
        this.machine = machine;
        this.terminal = terminal;
        this.saved = terminal.getAttributes();
    }

    /** The terminal of this process, or nothing if it has none. */
    static Optional<ConsoleTerminal> open(Machine machine) throws IOException {
        Terminal terminal =
                TerminalBuilder.builder()
                        .system(true)
                        .dumb(true)
                        .graphemeCluster(false) // no question to the terminal: its answer is input
                        .build();
        if (terminal instanceof DumbTerminal) { // what stands for none
            terminal.close();
            return Optional.empty();
        }
        ConsoleTerminal console = new ConsoleTerminal(machine, terminal);
        console.prepare();
        return Optional.of(console);
    }

    private void prepare() {
        Attributes raw = new Attributes(saved);
        raw.setInputFlag(Attributes.InputFlag.ICRNL, false);
        raw.setInputFlag(Attributes.InputFlag.INLCR, false);
        raw.setInputFlag(Attributes.InputFlag.IGNCR, false);
        raw.setInputFlag(Attributes.InputFlag.IXON, false);
        raw.setInputFlag(Attributes.InputFlag.BRKINT, false);
        raw.setInputFlag(Attributes.InputFlag.ISTRIP, false);
        raw.setOutputFlag(Attributes.OutputFlag.OPOST, false);
        raw.setLocalFlag(Attributes.LocalFlag.ICANON, false);
        raw.setLocalFlag(Attributes.LocalFlag.ECHO, false);
        raw.setLocalFlag(Attributes.LocalFlag.ISIG, false);
        raw.setLocalFlag(Attributes.LocalFlag.IEXTEN, false);
        raw.setControlChar(Attributes.ControlChar.VMIN, 1);
        raw.setControlChar(Attributes.ControlChar.VTIME, 0);
        terminal.setAttributes(raw);
        terminal.handle(Terminal.Signal.WINCH, signal -> resize());
        resize();
    }

    private void resize() {
        Size size = terminal.getSize();
        if (size.getColumns() > 0 && size.getRows() > 0) {
            machine.resizeTerminal(size.getColumns(), size.getRows());
        }
    }

    /**
     * Runs a command on the console.
     *
     * @return how it ended, or null if the user left with the leave key
     */
    WaitStatus run(Command command) throws IOException {
        LeaveKey in = new LeaveKey(new FileInputStream(FileDescriptor.in));
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        try {
            return machine.run(command, in, out, out);
        } catch (IOException e) {
            if (in.pressed) {
                return null;
            }
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        terminal.setAttributes(saved);
        terminal.close();
    }

    /** Passes bytes on until the leave key comes, which ends the machine. */
    private final class LeaveKey extends FilterInputStream {
        private volatile boolean pressed;

        LeaveKey(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int count = in.read(buffer, offset, length);
            for (int i = 0; i < count; i++) {
                if (buffer[offset + i] == LEAVE_KEY) {
                    pressed = true;
                    machine.close();
                    return i == 0 ? -1 : i;
                }
            }
            return count;
        }
    }
}
