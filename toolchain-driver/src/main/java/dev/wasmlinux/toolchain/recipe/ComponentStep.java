/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.io.Digests;
import dev.wasmlinux.toolchain.io.Trees;
import dev.wasmlinux.toolchain.source.DebianSource;
import dev.wasmlinux.toolchain.source.SourceArchive;
import dev.wasmlinux.toolchain.source.SourceStore;
import dev.wasmlinux.toolchain.source.Unpacker;
import dev.wasmlinux.toolchain.spi.Archive;
import dev.wasmlinux.toolchain.spi.BuildContext;
import dev.wasmlinux.toolchain.spi.Component;
import dev.wasmlinux.toolchain.spi.Inputs;
import dev.wasmlinux.toolchain.step.Step;
import dev.wasmlinux.toolchain.step.StepContext;
import dev.wasmlinux.toolchain.step.StepInputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A component from outside this library as a step. */
final class ComponentStep implements Step {
    private final BuildHost host;
    private final SourceStore store;
    private final Component component;

    ComponentStep(BuildHost host, SourceStore store, Component component) {
        this.host = host;
        this.store = store;
        this.component = component;
    }

    @Override
    public String name() {
        return component.name();
    }

    @Override
    public List<String> dependencies() {
        return List.copyOf(component.dependencies());
    }

    @Override
    public void inputs(StepInputs inputs) throws ToolchainException {
        inputs.add("class", component.getClass().getName());
        for (Archive archive : component.sources()) {
            inputs.add("source " + archive.file(), archive.sha256());
        }
        component.describe(
                new Inputs() {
                    @Override
                    public Inputs add(String name, String value) {
                        inputs.add("own " + name, value);
                        return this;
                    }

                    @Override
                    public Inputs addFile(String name, Path file) throws ToolchainException {
                        return add(name, digest(file));
                    }
                });
        BuildHost.addEnvironment(inputs);
    }

    private String digest(Path root) throws ToolchainException {
        try {
            if (!Files.isDirectory(root)) {
                return Digests.of(root);
            }
            StringBuilder text = new StringBuilder();
            for (Path file : Trees.files(root)) {
                Path path = root.resolve(file);
                String content =
                        Files.isSymbolicLink(path)
                                ? "-> " + Files.readSymbolicLink(path)
                                : Digests.of(path)
                                        + (Files.isExecutable(path) ? " executable" : "");
                text.append(content).append("  ").append(file).append('\n');
            }
            return Digests.of(text.toString());
        } catch (IOException e) {
            throw new ToolchainException(
                    Kind.USAGE, "component " + name() + ": cannot read " + root + ": " + e, e);
        }
    }

    @Override
    public void run(StepContext context)
            throws ToolchainException, IOException, InterruptedException {
        component.build(new Context(context));
    }

    /** The step's context as a component sees it. */
    private final class Context implements BuildContext {
        private final StepContext context;

        Context(StepContext context) {
            this.context = context;
        }

        @Override
        public Path output() {
            return context.output();
        }

        @Override
        public Path dependency(String name) {
            return context.dependency(name);
        }

        @Override
        public Path compiler() {
            return context.dependency("sdk").resolve(SdkStep.COMPILER);
        }

        @Override
        public int jobs() {
            return host.jobs();
        }

        @Override
        public void action(String text) {
            context.action(text);
        }

        @Override
        public Path scratch() throws IOException {
            return context.scratch();
        }

        @Override
        public Path unpack(Archive archive)
                throws ToolchainException, IOException, InterruptedException {
            if (!component.sources().contains(archive)) {
                throw new IllegalArgumentException(
                        name() + " does not name " + archive.file() + " as a source");
            }
            SourceArchive wanted =
                    new SourceArchive(
                            name(),
                            archive.file(),
                            List.of(
                                    new SourceArchive.Variant(
                                            List.of(archive.file()),
                                            archive.sha256(),
                                            archive.locations())));
            Path tree = context.scratch();
            if (archive.file().endsWith(".dsc")) {
                new DebianSource(wanted, store).unpack(context, tree);
                return tree;
            }
            SourceStore.Stored stored = store.obtain(wanted, context.listener());
            context.action("unpacking " + archive.file());
            Unpacker.unpack(stored.file(), archive.file(), tree);
            return tree;
        }

        @Override
        public void run(Path directory, List<String> argv)
                throws ToolchainException, InterruptedException {
            List<String> words = new ArrayList<>(argv);
            if (!words.get(0).contains("/")) {
                words.set(0, host.tool(words.get(0)).toString());
            }
            try {
                context.run(host.command(directory, context.scratch(), words));
            } catch (IOException e) {
                throw new ToolchainException(Kind.STORAGE, "step " + name() + ": " + e, e);
            }
        }
    }
}
