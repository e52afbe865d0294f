/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.toolchain.Toolchain;
import dev.wasmlinux.toolchain.ToolchainException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command line tool {@code wasm-linux}. */
@Command(
        name = "wasm-linux",
        description = "A real Linux kernel, compiled to WebAssembly, booted inside the JVM.",
        mixinStandardHelpOptions = true,
        version = "wasm-linux 0.1.0",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:success",
            "1:a tool of the build failed",
            "2:wrong usage, or unknown component",
            "3:a tool of this machine is missing or cannot do what is needed",
            "4:a source archive is neither at hand nor reachable",
            "5:an archive has the wrong SHA-256",
            "6:a patch set does not fit",
            "7:an archive is malformed",
            "8:reading or writing files failed, for example a full disk",
            "9:two builds that must be identical are not",
            "70:an error in this program; please report it",
            "130:interrupted"
        },
        footer = {
            "",
            "Environment:",
            "  WASM_LINUX_CACHE     cache directory (default: ~/.cache/wasm-linux)",
            "  WASM_LINUX_SOURCES   folder with source archives, as --sources",
            "  JAVA_HOME            Java 17 or later to run on"
        })
public final class Main implements Runnable {
    /** The commands by their names, in the order of the help. */
    static final Map<String, Class<?>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("run", RunCommand.class);
        COMMANDS.put("build", BuildCommand.class);
        COMMANDS.put("cc", CcCommand.class);
        COMMANDS.put("fetch", FetchCommand.class);
        COMMANDS.put("patch", PatchCommand.class);
        COMMANDS.put("clean", CleanCommand.class);
        COMMANDS.put("verify-reproducible", VerifyReproducibleCommand.class);
        COMMANDS.put("doctor", DoctorCommand.class);
        COMMANDS.put("why", WhyCommand.class);
        COMMANDS.put("inspect", InspectCommand.class);
        COMMANDS.put("report", ReportCommand.class);
        COMMANDS.put("verify-image", VerifyImageCommand.class);
        COMMANDS.put("container", ContainerCommand.class);
        COMMANDS.put("completion", CompletionCommand.class);
        COMMANDS.put("initramfs", InitramfsCommand.class);
    }

    private final PrintStream out;

    @Spec private CommandSpec spec;

    private Main(PrintStream out) {
        this.out = out;
    }

    /** Standard output for bytes, which the command line's writer would change. */
    PrintStream out() {
        return out;
    }

    /**
     * Runs the tool and ends the process with its exit code.
     *
     * @param arguments command line
     */
    public static void main(String[] arguments) {
        System.exit(run(arguments, System.out, System.err));
    }

    /**
     * Runs the tool.
     *
     * @param arguments command line
     * @param out where results go
     * @param err where progress and errors go
     * @return the exit code
     */
    static int run(String[] arguments, PrintStream out, PrintStream err) {
        CommandLine line = new CommandLine(new Main(out));
        addCommands(line, arguments);
        line.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler(Main::handle);
        return line.execute(arguments);
    }

    /**
     * Adds the command that is asked for, or all: picocli examines every command that it is given,
     * which takes longer than some of them run.
     */
    private static void addCommands(CommandLine line, String[] arguments) {
        Class<?> asked = arguments.length == 0 ? null : COMMANDS.get(arguments[0]);
        if (asked != null && asked != CompletionCommand.class) {
            line.addSubcommand(asked);
        } else {
            COMMANDS.values().forEach(line::addSubcommand);
        }
    }

    private static int handle(Exception e, CommandLine line, CommandLine.ParseResult parsed) {
        if (e instanceof ToolchainException failure) {
            line.getErr().println("wasm-linux: " + failure.getMessage());
            return failure.kind().exitCode();
        }
        if (e instanceof InterruptedException) {
            line.getErr().println("wasm-linux: interrupted");
            return Toolchain.INTERRUPTED;
        }
        line.getErr().println("wasm-linux: internal error");
        e.printStackTrace(line.getErr());
        return Toolchain.INTERNAL_ERROR;
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "a command is missing; see wasm-linux --help");
    }
}
