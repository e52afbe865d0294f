/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.abi.SymbolTable;
import dev.wasmlinux.host.Command;
import dev.wasmlinux.host.CommandException;
import dev.wasmlinux.host.ExitReason;
import dev.wasmlinux.host.Machine;
import dev.wasmlinux.host.MachineException;
import dev.wasmlinux.host.MachineImage;
import dev.wasmlinux.host.WaitStatus;
import dev.wasmlinux.toolchain.ImageDirectory;
import dev.wasmlinux.toolchain.ToolchainException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code wasm-linux run}. */
@picocli.CommandLine.Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = {
            "Boots Linux and runs a command in it, or an interactive shell if there is none.",
            "",
            "With a command, standard input, output and error are the command's own, byte for byte,"
                    + " and its exit status is the exit status: 128 plus the signal if one killed"
                    + " it. Without one, the terminal becomes the machine's console; the key"
                    + " Ctrl-] leaves it at any time."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "N:of the command or shell",
            "125:the machine could not be booted, or failed",
            "126:the command cannot be executed",
            "127:the command was not found in the machine"
        })
final class RunCommand implements Callable<Integer> {
    private static final int MACHINE_FAILED = 125;
    private static final int NOT_EXECUTABLE = 126;
    private static final int NOT_FOUND = 127;

    private static final String CONSOLE = "console=hvc0 ";

    /** The messages go to the early console, which is kept, and so to standard error. */
    private static final String LOUD = "keep_bootcon loglevel=7 ";

    private static final String QUIET = "quiet ";

    @Spec private CommandSpec spec;

    @Option(
            names = "--cpus",
            paramLabel = "N",
            description = "Number of CPUs, 1 to 32 (default: ${DEFAULT-VALUE}).",
            defaultValue = "2")
    private int cpus;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "RAM, for example 256M or 1G (default: ${DEFAULT-VALUE}).",
            defaultValue = "256M")
    private String memory;

    @Option(
            names = "--append",
            paramLabel = "TEXT",
            description = "More words for the kernel command line.",
            defaultValue = "")
    private String append;

    @Option(
            names = "--image",
            paramLabel = "DIR",
            description = "The image that \"build image --output\" has left in DIR.")
    private Path directory;

    @Option(
            names = "--initramfs",
            paramLabel = "FILE",
            description = "One more archive, unpacked over the image's own root file system.")
    private List<Path> initramfs = new ArrayList<>();

    @Option(
            names = "--kernel",
            paramLabel = "FILE",
            description = "Another vmlinux.wasm; FILE's vmlinux.symbols beside it is used too.")
    private Path kernel;

    @Option(
            names = {"-v", "--verbose"},
            description = "Show the kernel's messages on standard error.")
    private boolean verbose;

    @Parameters(paramLabel = "COMMAND", description = "Program and arguments, after --.")
    private List<String> command = new ArrayList<>();

    @Override
    public Integer call() throws IOException, ToolchainException {
        try {
            return boot(image());
        } catch (CommandException e) {
            spec.commandLine().getErr().println("wasm-linux: " + e.getMessage());
            return e.isNotFound() ? NOT_FOUND : NOT_EXECUTABLE;
        } catch (MachineException e) {
            spec.commandLine().getErr().println("wasm-linux: " + e.getMessage());
            return MACHINE_FAILED;
        }
    }

    private MachineImage image() throws IOException, ToolchainException {
        MachineImage image =
                directory == null ? MachineImage.bundled() : ImageDirectory.load(directory);
        if (kernel != null) {
            Path names = kernel.resolveSibling("vmlinux.symbols");
            byte[] symbols = Files.exists(names) ? Files.readAllBytes(names) : new byte[0];
            image = image.withKernel(Files.readAllBytes(kernel), SymbolTable.parse(symbols));
        }
        for (Path archive : initramfs) {
            image = image.withExtraInitramfs(Files.readAllBytes(archive));
        }
        return image;
    }

    private int boot(MachineImage image) throws IOException {
        PrintStream messages = new PrintStream(new FileOutputStream(FileDescriptor.err), false);
        Machine.Builder builder =
                Machine.builder()
                        .image(image)
                        .cpus(cpus)
                        .memory(bytes(memory))
                        .commandLine((CONSOLE + (verbose ? LOUD : QUIET) + append).strip());
        if (verbose) {
            builder.kernelLog(
                    bytes -> {
                        messages.write(bytes, 0, bytes.length);
                        messages.flush();
                    });
        }
        try (Machine machine = builder.build()) {
            machine.start();
            try {
                return command.isEmpty() ? interactive(machine) : runCommand(machine);
            } catch (IOException e) {
                return explain(machine, e);
            }
        }
    }

    private int runCommand(Machine machine) throws IOException {
        Command request = Command.of(command.toArray(new String[0]));
        InputStream in = new FileInputStream(FileDescriptor.in);
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        OutputStream err = new FileOutputStream(FileDescriptor.err);
        return machine.run(request, in, out, err).shellStatus();
    }

    private int interactive(Machine machine) throws IOException {
        try (ConsoleTerminal terminal = ConsoleTerminal.open(machine)) {
            WaitStatus status = terminal.run(Command.of("/bin/sh", "-l").onTerminal());
            return status == null ? 0 : status.shellStatus();
        }
    }

    private int explain(Machine machine, IOException e) throws IOException {
        ExitReason reason = machine.exit().getNow(null);
        if (reason == null) {
            throw e;
        }
        switch (reason.kind()) {
            case POWER_OFF, RESTART, HALT:
                return reason.status();
            default:
                String text = reason.message().isEmpty() ? "" : ": " + reason.message();
                spec.commandLine().getErr().println("wasm-linux: " + reason.kind() + text);
                return MACHINE_FAILED;
        }
    }

    private long bytes(String size) {
        try {
            int last = size.length() - 1;
            switch (Character.toUpperCase(size.charAt(last))) {
                case 'K':
                    return Long.parseLong(size.substring(0, last)) << 10;
                case 'M':
                    return Long.parseLong(size.substring(0, last)) << 20;
                case 'G':
                    return Math.min(
                            Long.parseLong(size.substring(0, last)) << 30, Machine.MAX_MEMORY);
                default:
                    return Long.parseLong(size);
            }
        } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
            throw new ParameterException(
                    spec.commandLine(), "--memory " + size + ": not a size such as 256M");
        }
    }
}
