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
import java.util.Set;
import java.util.TreeSet;

/**
 * The patched source of a component in a workspace.
 *
 * <p>The originals of patched files are kept. When only the patch set changes, they go back and the
 * new set is applied; when the release changes, or an earlier run was cut off, the tree is unpacked
 * again. Either way a file with the same bytes as before keeps the time it had, so that make builds
 * only what depends on changed files.
 *
 * @param archive the release
 * @param patches what is done to it
 * @param store where archives come from
 */
public record SourceTree(SourceArchive archive, Patches patches, SourceStore store) {
    private static final String STATE = "source.txt";

    /** Files of the release that the applied patches have changed, as they were. */
    private static final String ORIGINALS = "originals";

    /** Paths that the applied patches have changed or created, one a line. */
    private static final String TOUCHED = "touched.txt";

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
        String made = Files.exists(state) ? Files.readString(state) : "";
        if (made.equals(wanted)) {
            return tree;
        }
        // Without a state file, the next run unpacks again: whatever fails below is harmless.
        Files.deleteIfExists(state);
        if (made.startsWith(archive.identity() + "\n")
                && Files.exists(workspace.resolve(TOUCHED))) {
            context.action("patching " + archive.component());
            patchAgain(context, workspace, tree);
        } else {
            unpack(context, workspace, tree);
        }
        Trees.writeAtomically(state, wanted);
        return tree;
    }

    private void unpack(StepContext context, Path workspace, Path tree)
            throws ToolchainException, IOException, InterruptedException {
        context.action("getting " + archive.component() + " " + archive.version());
        SourceStore.Stored stored = store.obtain(archive, context.listener());
        Path fresh = workspace.resolve("src.new");
        Trees.delete(fresh);
        Files.createDirectories(fresh);
        context.action("unpacking " + stored.variant().name());
        Unpacker.unpack(stored.file(), stored.variant().name(), fresh);
        context.action("patching " + archive.component());
        patch(context, workspace, fresh);
        keepTimes(tree, fresh);
        Path old = workspace.resolve("src.old");
        Trees.delete(old);
        if (Files.exists(tree)) {
            Trees.place(tree, old);
        }
        Trees.place(fresh, tree);
        Trees.delete(old);
    }

    /** Applies the patches to an upstream tree, after saving what they will change. */
    private Set<String> patch(StepContext context, Path workspace, Path tree)
            throws ToolchainException, IOException {
        Path originals = workspace.resolve(ORIGINALS);
        Trees.delete(originals);
        Files.createDirectories(originals);
        Set<String> touched = patches.touches(tree);
        for (String path : touched) {
            if (Files.exists(tree.resolve(path), LinkOption.NOFOLLOW_LINKS)) {
                Trees.copy(tree.resolve(path), originals.resolve(path));
            }
        }
        Files.write(workspace.resolve(TOUCHED), touched);
        patches.applyTo(tree).ifPresent(context.listener()::note);
        return touched;
    }

    private void patchAgain(StepContext context, Path workspace, Path tree)
            throws ToolchainException, IOException {
        Path previous = workspace.resolve("previous");
        Trees.delete(previous);
        Set<String> changed = new TreeSet<>(Files.readAllLines(workspace.resolve(TOUCHED)));
        for (String path : changed) {
            if (Files.exists(tree.resolve(path), LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectories(previous.resolve(path).getParent());
                Trees.place(tree.resolve(path), previous.resolve(path));
            }
        }
        Trees.copy(workspace.resolve(ORIGINALS), tree);
        changed.addAll(patch(context, workspace, tree));
        FileTime now = FileTime.from(Instant.now());
        for (String path : changed) {
            Path file = tree.resolve(path);
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                Path before = previous.resolve(path);
                boolean same =
                        Files.isRegularFile(before, LinkOption.NOFOLLOW_LINKS)
                                && Files.mismatch(before, file) < 0;
                Files.setLastModifiedTime(file, same ? Files.getLastModifiedTime(before) : now);
            }
        }
        Trees.delete(previous);
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
