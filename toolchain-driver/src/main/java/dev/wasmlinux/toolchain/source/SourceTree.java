/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.source;

import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.io.Trees;
import dev.wasmlinux.toolchain.step.StepContext;
import dev.wasmlinux.toolchain.step.StepInputs;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;

/**
 * The patched source of a component in a workspace.
 *
 * <p>When the patch set changes, the tree is made again beside the old one and takes its place; a
 * file with the same bytes as before keeps the time it had, so that make builds only what depends
 * on changed files.
 *
 * @param archive the release
 * @param patches what is done to it
 * @param store where archives come from
 */
public record SourceTree(SourceArchive archive, Patches patches, SourceStore store) {
    private static final String STATE = "source.txt";

    /**
     * Names what decides the tree.
     *
     * @param inputs where to add it
     * @throws ToolchainException if the patches cannot be read
     */
    public void addTo(StepInputs inputs) throws ToolchainException {
        inputs.add("source", archive.identity());
        inputs.add("patches", patches.digest());
    }

    /**
     * Brings the tree in a workspace up to date.
     *
     * @param context the step that needs it
     * @param workspace locked workspace
     * @return the tree, which builds must not modify
     */
    public Path prepare(StepContext context, Path workspace)
            throws ToolchainException, IOException, InterruptedException {
        Path tree = workspace.resolve("src");
        Path state = workspace.resolve(STATE);
        String wanted = archive.identity() + "\n" + patches.digest() + "\n";
        if (Files.exists(state) && Files.readString(state).equals(wanted)) {
            return tree;
        }
        context.action("getting " + archive.component() + " " + archive.version());
        SourceStore.Stored stored = store.obtain(archive, context.listener());
        Path fresh = workspace.resolve("src.new");
        Trees.delete(fresh);
        Files.createDirectories(fresh);
        context.action("unpacking " + stored.variant().name());
        Unpacker.unpack(stored.file(), stored.variant().name(), fresh);
        context.action("patching " + archive.component());
        patches.applyTo(fresh);
        keepTimes(tree, fresh);
        // Between these two renames there is no tree and no state: the next run starts over.
        Files.deleteIfExists(state);
        Path old = workspace.resolve("src.old");
        Trees.delete(old);
        if (Files.exists(tree)) {
            Trees.place(tree, old);
        }
        Trees.place(fresh, tree);
        Trees.writeAtomically(state, wanted);
        Trees.delete(old);
        return tree;
    }

    private static void keepTimes(Path old, Path fresh) throws IOException {
        if (!Files.isDirectory(old)) {
            return;
        }
        FileTime changed = FileTime.from(Instant.now());
        Files.walkFileTree(
                fresh,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes now)
                            throws IOException {
                        Path before = old.resolve(fresh.relativize(file).toString());
                        if (!now.isRegularFile()) {
                            return FileVisitResult.CONTINUE;
                        }
                        FileTime time = changed;
                        if (Files.isRegularFile(before, LinkOption.NOFOLLOW_LINKS)) {
                            BasicFileAttributes was =
                                    Files.readAttributes(before, BasicFileAttributes.class);
                            boolean sameTime =
                                    was.lastModifiedTime().equals(now.lastModifiedTime());
                            if (was.size() == now.size()
                                    && (sameTime || Files.mismatch(before, file) < 0)) {
                                time = was.lastModifiedTime();
                            }
                        }
                        if (!time.equals(now.lastModifiedTime())) {
                            // Also when a patch was dropped: the archive's time would look old.
                            Files.setLastModifiedTime(file, time);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
