/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.toolchain.ContainerRecipe;
import dev.wasmlinux.toolchain.Toolchain;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.host.ToolPath;
import dev.wasmlinux.toolchain.io.Digests;
import dev.wasmlinux.toolchain.io.Trees;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code wasm-linux container}. */
@Command(
        name = "container",
        mixinStandardHelpOptions = true,
        description = "Builds inside a Debian container, or writes the recipe of one.",
        subcommands = {ContainerCommand.Recipe.class, ContainerCommand.Run.class})
final class ContainerCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say recipe or run");
    }

    /** {@code container recipe}. */
    @Command(
            name = "recipe",
            mixinStandardHelpOptions = true,
            description = "Prints a Dockerfile.",
            footer = {
                "",
                "Examples:",
                "  wasm-linux container recipe | podman build -t wasm-linux-build -",
                "  wasm-linux container recipe --all-in-one > Dockerfile; docker build -t x ."
            })
    static final class Recipe implements Callable<Integer> {
        @Spec private CommandSpec spec;

        @Option(
                names = "--all-in-one",
                description =
                        "With the tool itself; the context is the root of its source tree"
                                + " (default: only what builds need, the rest is mounted).")
        private boolean allInOne;

        @Option(
                names = "--base",
                paramLabel = "IMAGE",
                description =
                        "Debian image to build upon, best by digest (default: ${DEFAULT-VALUE}).",
                defaultValue = ContainerRecipe.BASE)
        private String base;

        @Override
        public Integer call() {
            spec.commandLine()
                    .getOut()
                    .print(
                            allInOne
                                    ? ContainerRecipe.allInOne(base)
                                    : ContainerRecipe.buildOnly(base));
            spec.commandLine().getOut().flush();
            return 0;
        }
    }

    /** {@code container run}. */
    @Command(
            name = "run",
            mixinStandardHelpOptions = true,
            description = {
                "Runs another command of this tool in a container, made when it is not there yet.",
                "",
                "The tool, the cache, the source folders and the current directory are at the same"
                        + " paths inside, and files belong to you; paths elsewhere do not exist."
            },
            footer = {"", "Example:", "  wasm-linux container run -- build image --output out"},
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"N:of the command", "3:no container engine, or it fails"})
    static final class Run implements Callable<Integer> {
        @Option(
                names = "--engine",
                paramLabel = "NAME",
                description = "podman or docker, or a path to one (default: the first installed).")
        private String engine;

        @Option(
                names = "--base",
                paramLabel = "IMAGE",
                description =
                        "Debian image to build upon, best by digest (default: ${DEFAULT-VALUE}).",
                defaultValue = ContainerRecipe.BASE)
        private String base;

        @Option(names = "--dry-run", description = "Print the engine's command lines only.")
        private boolean dryRun;

        @Parameters(
                paramLabel = "COMMAND",
                arity = "1..*",
                description = "Command of this tool with its arguments, after --.")
        private List<String> command = new ArrayList<>();

        @Spec private CommandSpec spec;

        @Override
        public Integer call() throws ToolchainException, InterruptedException {
            String recipe = ContainerRecipe.buildOnly(base);
            String image = "wasm-linux-build:" + Digests.of(recipe).substring(0, 12);
            Path program = program();
            Path folder = null;
            try {
                folder = Files.createTempDirectory("wasm-linux-container");
                Files.writeString(folder.resolve("Dockerfile"), recipe);
                List<String> make =
                        List.of(program.toString(), "build", "-t", image, folder.toString());
                List<String> run = run(program, image);
                if (dryRun) {
                    spec.commandLine().getOut().println(String.join(" ", make));
                    spec.commandLine().getOut().println(String.join(" ", run));
                    return 0;
                }
                List<String> look = List.of(program.toString(), "image", "inspect", image);
                if (start(look, false) != 0 && start(make, true) != 0) {
                    throw new ToolchainException(
                            Kind.HOST, program + " cannot make the container " + image);
                }
                return start(run, true);
            } catch (IOException e) {
                throw new ToolchainException(Kind.HOST, "cannot run " + program + ": " + e, e);
            } finally {
                delete(folder);
            }
        }

        private Path program() throws ToolchainException {
            if (engine != null && engine.contains("/")) {
                return Path.of(engine);
            }
            List<String> names = engine == null ? List.of("podman", "docker") : List.of(engine);
            ToolPath path = ToolPath.of(System.getenv());
            return names.stream()
                    .flatMap(name -> path.find(name).stream())
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    new ToolchainException(
                                            Kind.HOST,
                                            String.join(" or ", names)
                                                    + " is not installed; on Debian:"
                                                    + " sudo apt-get install podman"));
        }

        private static void delete(Path folder) throws ToolchainException {
            try {
                if (folder != null) {
                    Trees.delete(folder);
                }
            } catch (IOException e) {
                throw new ToolchainException(Kind.STORAGE, "cannot delete " + folder, e);
            }
        }

        /** The engine's command line for the user's command, in a container that has its paths. */
        private List<String> run(Path program, String image)
                throws ToolchainException, IOException {
            boolean podman = program.getFileName().toString().startsWith("podman");
            List<String> argv =
                    new ArrayList<>(List.of(program.toString(), "run", "--rm", "--init"));
            if (podman) {
                argv.add("--userns=keep-id");
            } else {
                Map<String, Object> owner =
                        Files.readAttributes(Path.of("").toAbsolutePath(), "unix:uid,gid");
                argv.add("--user=" + owner.get("uid") + ":" + owner.get("gid"));
            }
            Path work = Path.of("").toAbsolutePath();
            Path cache =
                    Files.createDirectories(Toolchain.builder().build().cache().toAbsolutePath());
            Set<Path> readable = new TreeSet<>();
            for (String entry : classPath().split(File.pathSeparator)) {
                readable.add(Path.of(entry).toAbsolutePath());
            }
            String sources = System.getenv().getOrDefault("WASM_LINUX_SOURCES", "");
            if (!sources.isEmpty()) {
                readable.add(Path.of(sources).toAbsolutePath());
                argv.add("--env=WASM_LINUX_SOURCES=" + Path.of(sources).toAbsolutePath());
            }
            for (Path file : readable) {
                if (Files.exists(file)) {
                    argv.add(mount(file) + ",readonly");
                }
            }
            argv.add(mount(cache));
            argv.add(mount(work));
            argv.add("--env=WASM_LINUX_CACHE=" + cache);
            argv.add("--env=HOME=/tmp");
            argv.add("--workdir=" + work);
            argv.add(image);
            argv.addAll(List.of("java", "-XX:+UseSerialGC", "-cp", classPath()));
            argv.add(Main.class.getName());
            argv.addAll(command);
            return argv;
        }

        private static String classPath() {
            return System.getProperty("java.class.path");
        }

        private static String mount(Path path) throws ToolchainException {
            if (path.toString().contains(",")) {
                throw new ToolchainException(
                        Kind.USAGE, "a container cannot have a path with a comma: " + path);
            }
            return "--mount=type=bind,source=" + path + ",target=" + path;
        }

        private static int start(List<String> argv, boolean visible)
                throws IOException, InterruptedException {
            ProcessBuilder builder = new ProcessBuilder(argv).inheritIO();
            if (!visible) {
                builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
                builder.redirectError(ProcessBuilder.Redirect.DISCARD);
            }
            Process process = builder.start();
            try {
                return process.waitFor();
            } finally {
                process.destroy();
            }
        }
    }
}
