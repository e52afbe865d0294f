/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.source;

import dev.wasmlinux.toolchain.BuildListener;
import dev.wasmlinux.toolchain.BuildReport.StepReport;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.io.CacheLayout;
import dev.wasmlinux.toolchain.process.Command;
import dev.wasmlinux.toolchain.step.Step;
import dev.wasmlinux.toolchain.step.StepContext;
import dev.wasmlinux.toolchain.step.StepEngine;
import dev.wasmlinux.toolchain.step.StepInputs;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A small build with everything that a real one has: an archive, patches, a compiler that works
 * incrementally in a workspace, and a result of some megabytes. Also a program, to be killed.
 */
final class Pipeline {
    static final int SOURCES = 12;

    private static final String COMPILER =
            """
            mkdir -p "$2" && cd "$1" || exit 1
            for source in *.c; do
              object=$2/${source%.c}.o
              if ! [ "$object" -nt "$source" ]; then
                echo "  CC $source"
                sleep "$3"
                for i in 1 2 3 4 5 6 7 8 9 10; do tr a-z A-Z <"$source"; done >"$object.new" || exit 1
                mv "$object.new" "$object"
              fi
            done
            """;

    private final CacheLayout layout;
    private final SourceArchive archive;
    private final SourceStore store;
    private final String pause;
    private final String path;

    Pipeline(Path cache, SourceArchive archive, SourceStore store, String pause, String path) {
        this.layout = CacheLayout.of(cache);
        this.archive = archive;
        this.store = store;
        this.pause = pause;
        this.path = path;
    }

    /** The archive's bytes: twelve sources of 8 KB. */
    static byte[] archiveBytes() throws IOException {
        Archives files = new Archives();
        for (int i = 0; i < SOURCES; i++) {
            files.file("demo-1/s" + i + ".c", 0644, ("source " + i + " of many\n").repeat(500));
        }
        return files.gzip();
    }

    static SourceArchive archive(String sha256, URI... locations) {
        return new SourceArchive(
                "demo",
                "1",
                List.of(
                        new SourceArchive.Variant(
                                List.of("demo-1.tar.gz"), sha256, List.of(locations))));
    }

    /** Builds; the last step's report is the one of the whole. */
    List<StepReport> run(BuildListener listener) throws ToolchainException, InterruptedException {
        return new StepEngine(layout, List.of(objects(), image()), listener)
                .run(List.of("image"), Set.of());
    }

    private static Patches patches() {
        return new Patches() {
            @Override
            public String digest() {
                return "one line";
            }

            @Override
            public Set<String> touches(Path tree) {
                return Set.of("s0.c");
            }

            @Override
            public Optional<String> applyTo(Path tree) throws IOException {
                Path file = tree.resolve("s0.c");
                Files.writeString(file, "patched\n" + Files.readString(file));
                return Optional.empty();
            }
        };
    }

    private Step objects() {
        SourceTree source = new SourceTree(archive, patches(), store);
        return new Step() {
            @Override
            public String name() {
                return "objects";
            }

            @Override
            public List<String> dependencies() {
                return List.of();
            }

            @Override
            public void inputs(StepInputs inputs) throws ToolchainException {
                source.addTo(inputs);
            }

            @Override
            public void run(StepContext context)
                    throws ToolchainException, IOException, InterruptedException {
                Path workspace = context.workspace("demo");
                Path tree = source.prepare(context, workspace);
                Path objects = workspace.resolve("objects");
                context.run(
                        new Command(
                                List.of(
                                        "/bin/sh",
                                        "-c",
                                        COMPILER,
                                        "cc",
                                        tree.toString(),
                                        objects.toString(),
                                        pause),
                                workspace,
                                new TreeMap<>(Map.of("PATH", path)),
                                Duration.ofMinutes(1),
                                Duration.ofMinutes(1)));
                for (int i = 0; i < SOURCES; i++) {
                    Files.copy(
                            objects.resolve("s" + i + ".o"),
                            context.output().resolve("s" + i + ".o"));
                }
            }
        };
    }

    private static Step image() {
        return new Step() {
            @Override
            public String name() {
                return "image";
            }

            @Override
            public List<String> dependencies() {
                return List.of("objects");
            }

            @Override
            public void inputs(StepInputs inputs) {
                inputs.add("recipe", "1");
            }

            @Override
            public void run(StepContext context) throws IOException {
                try (var out = Files.newOutputStream(context.output().resolve("image"))) {
                    for (int round = 0; round < 4; round++) {
                        for (int i = 0; i < SOURCES; i++) {
                            Files.copy(context.dependency("objects").resolve("s" + i + ".o"), out);
                        }
                    }
                }
            }
        };
    }

    /** Builds from a folder: cache, folder, digest, pause. Exits as the command line tool does. */
    public static void main(String[] arguments) throws InterruptedException {
        Path cache = Path.of(arguments[0]);
        SourceStore store =
                new SourceStore(
                        CacheLayout.of(cache), List.of(Path.of(arguments[1])), true, Map.of());
        Pipeline pipeline =
                new Pipeline(cache, archive(arguments[2]), store, arguments[3], "/usr/bin:/bin");
        try {
            List<StepReport> reports =
                    pipeline.run(
                            new BuildListener() {
                                @Override
                                public void stepProgress(String step, int done, int expected) {
                                    System.out.println("object " + done);
                                }

                                @Override
                                public void stepAction(String step, String action) {
                                    System.out.println(action);
                                }
                            });
            for (StepReport report : reports) {
                System.out.println(report.name() + (report.ran() ? " ran" : " stored"));
            }
            System.out.println("identity " + reports.get(reports.size() - 1).identity());
        } catch (ToolchainException e) {
            System.out.println(e.getMessage());
            System.exit(e.kind().exitCode());
        }
    }
}
