/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.io.Trees;
import dev.wasmlinux.toolchain.source.SourceTree;
import dev.wasmlinux.toolchain.step.StepContext;
import dev.wasmlinux.toolchain.step.StepInputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How kbuild is called on the kernel's tree: shared by the steps that need something from it. */
final class KernelTree {
    /** The workspace with the tree and the object directories. */
    static final String WORKSPACE = "linux";

    private final BuildHost host;
    private final SourceTree source;

    KernelTree(BuildHost host, SourceTree source) {
        this.host = host;
        this.source = source;
    }

    void inputs(StepInputs inputs) throws ToolchainException {
        source.addTo(inputs);
        host.llvm().addTo(inputs);
        BuildHost.addEnvironment(inputs);
    }

    SourceTree source() {
        return source;
    }

    BuildHost host() {
        return host;
    }

    /**
     * Opens an object directory; what an earlier run left is used again only if it came from the
     * same tools and options.
     */
    Objects open(StepContext context, String name, String identity)
            throws ToolchainException, IOException, InterruptedException {
        Path workspace = context.workspace(WORKSPACE);
        Path tree = source.prepare(context, workspace);
        Path objects = workspace.resolve(name);
        Path state = workspace.resolve(name + ".txt");
        boolean usable =
                Files.isDirectory(objects)
                        && Files.exists(state)
                        && Files.readString(state).equals(identity);
        if (usable) {
            context.incremental();
        } else {
            Trees.delete(objects);
            Files.createDirectories(objects);
            Trees.writeAtomically(state, identity);
        }
        return new Objects(context, tree, objects, context.scratch());
    }

    /** An object directory in use by a step. */
    final class Objects {
        private final StepContext context;
        private final Path tree;
        private final Path directory;
        private final Path home;

        private Objects(StepContext context, Path tree, Path directory, Path home) {
            this.context = context;
            this.tree = tree;
            this.directory = directory;
            this.home = home;
        }

        Path tree() {
            return tree;
        }

        Path directory() {
            return directory;
        }

        void make(List<String> arguments) throws ToolchainException, InterruptedException {
            List<String> argv = new ArrayList<>();
            argv.add(host.tool("make").toString());
            argv.add("-j" + host.jobs());
            argv.add("ARCH=wasm");
            argv.add("LLVM=" + host.llvm().make());
            argv.add("O=" + directory);
            argv.addAll(arguments);
            context.run(host.command(tree, home, argv));
        }
    }
}
