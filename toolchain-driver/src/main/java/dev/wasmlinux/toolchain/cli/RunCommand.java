/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.abi.SymbolException;
import dev.wasmlinux.abi.SymbolTable;
import dev.wasmlinux.host.Command;
import dev.wasmlinux.host.CommandException;
import dev.wasmlinux.host.ExitReason;
import dev.wasmlinux.host.Machine;
import dev.wasmlinux.host.MachineException;
import dev.wasmlinux.host.MachineImage;
import dev.wasmlinux.host.OutputException;
import dev.wasmlinux.host.WaitStatus;
import dev.wasmlinux.initramfs.InitramfsException;
import dev.wasmlinux.initramfs.read.Finding;
import dev.wasmlinux.initramfs.read.KernelCheck;
import dev.wasmlinux.initramfs.read.KernelRule;
import dev.wasmlinux.initramfs.read.ReadLimits;
import dev.wasmlinux.toolchain.ImageDirectory;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.io.CacheLayout;
import java.io.ByteArrayInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
                    + " Ctrl-] leaves it at any time. Where there is no terminal, the shell takes"
                    + " standard input for its script."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "N:of the command or shell",
            "2:wrong usage",
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
            names = "--no-code-cache",
            description =
                    "Compile kernels and programs that are not the bundled ones anew, and keep"
                            + " nothing of them in the cache directory.")
    private boolean noCodeCache;

    @Option(
            names = {"-v", "--verbose"},
            description = "Show the kernel's messages on standard error.")
    private boolean verbose;

    @Parameters(paramLabel = "COMMAND", description = "Program and arguments, after --.")
    private List<String> command = new ArrayList<>();

    @Override
    public Integer call() throws IOException, ToolchainException {
        try {
            return boot(options());
        } catch (CommandException e) {
            spec.commandLine().getErr().println("wasm-linux: " + e.getMessage());
            return e.isNotFound() ? NOT_FOUND : NOT_EXECUTABLE;
        } catch (OutputException e) {
            return outputFailed(e);
        } catch (MachineException e) {
            spec.commandLine().getErr().println("wasm-linux: " + e.getMessage());
            return MACHINE_FAILED;
        }
    }

    /** A closed pipe is no news to who closed it, and the guest has had its SIGPIPE. */
    private int outputFailed(OutputException e) {
        String reason = e.getMessage();
        if (reason != null
                && reason.toLowerCase(Locale.ROOT).contains("pipe")) { // EPIPE, localised
            return e.status().shellStatus();
        }
        spec.commandLine().getErr().println("wasm-linux: cannot write the output: " + reason);
        return MACHINE_FAILED;
    }

    private MachineImage image() throws ToolchainException {
        MachineImage image = noCodeCache ? plainImage() : cachedImage();
        if (kernel != null) {
            Path names = kernel.resolveSibling("vmlinux.symbols");
            byte[] symbols = Files.exists(names) ? read(names) : new byte[0];
            image = image.withKernel(read(kernel), symbols(names, symbols));
        }
        for (Path archive : initramfs) {
            byte[] bytes = read(archive);
            checkArchive(archive, bytes);
            image = image.withExtraInitramfs(bytes);
        }
        return image;
    }

    private MachineImage plainImage() throws ToolchainException {
        return directory == null ? MachineImage.bundled() : ImageDirectory.load(directory);
    }

    private MachineImage cachedImage() throws ToolchainException {
        Path code = CacheLayout.of(CacheLayout.userCache(System.getenv())).code();
        return directory == null
                ? MachineImage.bundled().withCodeCache(code)
                : ImageDirectory.load(directory, code);
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new MachineException("there is no file " + file, e);
        } catch (IOException e) {
            throw new MachineException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static SymbolTable symbols(Path file, byte[] bytes) {
        try {
            return SymbolTable.parse(bytes);
        } catch (SymbolException e) {
            throw new MachineException("cannot use " + file + ": " + e.getMessage(), e);
        }
    }

    /** The kernel would unpack a damaged archive as far as it goes, over good files. */
    private static void checkArchive(Path file, byte[] archive) {
        List<Finding> findings;
        try {
            findings = KernelCheck.check(new ByteArrayInputStream(archive), ReadLimits.defaults());
        } catch (IOException | InitramfsException e) {
            throw new MachineException("cannot use " + file + ": " + e.getMessage(), e);
        }
        for (Finding finding : findings) {
            if (finding.rule() == KernelRule.TRUNCATED
                    || finding.rule().effect() == KernelRule.Effect.REFUSED) {
                throw new MachineException(file + " is no initramfs for a kernel: " + finding);
            }
        }
    }

    private Machine.Builder options() {
        try {
            return Machine.builder()
                    .cpus(cpus)
                    .memory(bytes(memory))
                    .commandLine((CONSOLE + (verbose ? LOUD : QUIET) + append).strip());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private int boot(Machine.Builder builder) throws IOException, ToolchainException {
        builder.image(image());
        PrintStream messages = new PrintStream(new FileOutputStream(FileDescriptor.err), false);
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
                return command.isEmpty()
                        ? interactive(machine)
                        : runOnStreams(machine, Command.of(command.toArray(new String[0])));
            } catch (OutputException e) {
                throw e;
            } catch (IOException e) {
                return explain(machine, e);
            }
        }
    }

    private static int runOnStreams(Machine machine, Command request) throws IOException {
        InputStream in = new FileInputStream(FileDescriptor.in);
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        OutputStream err = new FileOutputStream(FileDescriptor.err);
        return machine.run(request, in, out, err).shellStatus();
    }

    private static int interactive(Machine machine) throws IOException {
        Command shell = Command.of("/bin/sh", "-l");
        Optional<ConsoleTerminal> own = ConsoleTerminal.open(machine);
        if (own.isEmpty()) {
            return runOnStreams(machine, shell);
        }
        try (ConsoleTerminal terminal = own.get()) {
            WaitStatus status = terminal.run(shell.onTerminal());
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
        long bytes;
        try {
            int last = size.length() - 1;
            bytes =
                    switch (Character.toUpperCase(size.charAt(last))) {
                        case 'K' -> scaled(size.substring(0, last), 10);
                        case 'M' -> scaled(size.substring(0, last), 20);
                        case 'G' -> scaled(size.substring(0, last), 30);
                        default -> Long.parseLong(size);
                    };
        } catch (NumberFormatException | ArithmeticException | StringIndexOutOfBoundsException e) {
            throw new ParameterException(
                    spec.commandLine(), "--memory " + size + ": not a size such as 256M");
        }
        return bytes == 2L << 30 ? Machine.MAX_MEMORY : bytes; // what "2G" can only mean
    }

    private static long scaled(String number, int shift) {
        return Math.multiplyExact(Long.parseLong(number), 1L << shift);
    }
}
