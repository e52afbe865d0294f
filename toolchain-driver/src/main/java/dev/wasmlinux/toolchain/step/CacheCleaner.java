/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.step;

import dev.wasmlinux.toolchain.CleanReport;
import dev.wasmlinux.toolchain.CleanReport.Item;
import dev.wasmlinux.toolchain.CleanReport.Kind;
import dev.wasmlinux.toolchain.io.CacheLayout;
import dev.wasmlinux.toolchain.io.FileLocks;
import dev.wasmlinux.toolchain.io.Trees;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Takes things out of a cache. Only for who is {@linkplain
 * dev.wasmlinux.toolchain.io.CacheUse#alone alone}. Whatever goes is renamed first, so that
 * something half deleted is never taken for something whole.
 */
public final class CacheCleaner {
    private static final String GONE = ".gone-";

    private final CacheLayout layout;

    private record Found(Item item, Path path) {}

    /**
     * Creates a cleaner.
     *
     * @param layout the cache
     */
    public CacheCleaner(CacheLayout layout) {
        this.layout = layout;
    }

    /**
     * Deletes all results of a step.
     *
     * @param step its name
     * @param workspace the workspace it keeps, which goes too; empty if none
     */
    public void clean(String step, String workspace) throws IOException, InterruptedException {
        endLeftovers("step-" + step);
        discard(layout.steps().resolve(step));
        if (!workspace.isEmpty()) {
            endLeftovers("work-" + workspace);
            discard(layout.work().resolve(workspace));
        }
    }

    /** Deletes all logs. */
    public void cleanLogs() throws IOException {
        discard(layout.logs());
    }

    /** Deletes all compiled code. */
    public void cleanCode() throws IOException {
        discard(layout.code());
    }

    /** Deletes all archives. */
    public void cleanArchives() throws IOException {
        discard(layout.sources());
    }

    /** Ends processes of a killed driver that would go on writing. */
    private void endLeftovers(String lockName) throws IOException, InterruptedException {
        if (Files.exists(layout.lock(lockName))) {
            try (FileLocks lock = FileLocks.acquire(layout.lock(lockName), () -> {})) {
                StepEngine.endLeftovers(lock);
                if (!lock.previousNote().isEmpty()) {
                    lock.note("");
                }
            }
        }
    }

    private static void discard(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Path gone = path.resolveSibling(GONE + path.getFileName() + "-" + System.nanoTime());
        Trees.place(path, gone);
        Trees.delete(gone);
    }

    /**
     * Makes the cache smaller: leftovers of crashed drivers go in any case, then what was used the
     * longest time ago, until the rest fits.
     *
     * @param limit bytes that may stay
     * @param dryRun whether to only say what would go
     */
    public CleanReport shrink(long limit, boolean dryRun) throws IOException, InterruptedException {
        if (!dryRun) {
            for (Path lock : children(layout.lock("x").getParent())) {
                String name = lock.getFileName().toString();
                if (name.matches("(step|work)-.*\\.lock")) {
                    endLeftovers(name.substring(0, name.length() - ".lock".length()));
                }
            }
        }
        List<Found> all = everything();
        long before = all.stream().mapToLong(found -> found.item().bytes()).sum();
        long after = before;
        all.sort(
                Comparator.comparing((Found found) -> found.item().kind() != Kind.LEFTOVER)
                        .thenComparing(found -> found.item().lastUse())
                        .thenComparing(found -> found.item().name()));
        List<Item> removed = new ArrayList<>();
        for (Found found : all) {
            if (found.item().kind() != Kind.LEFTOVER && after <= limit) {
                break;
            }
            if (!dryRun) {
                discard(found.path());
            }
            after -= found.item().bytes();
            removed.add(found.item());
        }
        return new CleanReport(before, after, removed);
    }

    private List<Found> everything() throws IOException {
        List<Found> all = new ArrayList<>();
        for (Path left : children(layout.root())) {
            if (left.getFileName().toString().startsWith(GONE)) {
                add(all, Kind.LEFTOVER, left, modified(left));
            }
        }
        for (Path step : children(layout.steps())) {
            if (step.getFileName().toString().startsWith(GONE)) {
                add(all, Kind.LEFTOVER, step, modified(step));
                continue;
            }
            for (Path result : children(step)) {
                if (Files.isDirectory(result, LinkOption.NOFOLLOW_LINKS)) {
                    add(all, Kind.RESULT, result, modified(result));
                }
            }
        }
        for (Path workspace : children(layout.work())) {
            Path lock = layout.lock("work-" + workspace.getFileName());
            boolean scratch = workspace.getFileName().toString().startsWith("scratch-");
            add(
                    all,
                    scratch ? Kind.LEFTOVER : Kind.WORKSPACE,
                    workspace,
                    modified(Files.exists(lock) ? lock : workspace));
        }
        for (Path archive : children(layout.sources().resolve("partial"))) {
            add(all, Kind.ARCHIVE, archive, modified(archive));
        }
        for (Path two : children(layout.sources().resolve("sha256"))) {
            for (Path archive : children(two)) {
                add(all, Kind.ARCHIVE, archive, modified(archive));
            }
        }
        for (Path code : children(layout.code())) {
            add(all, Kind.CODE, code, modified(code));
        }
        for (Path log : children(layout.logs())) {
            add(all, Kind.LOG, log, modified(log));
        }
        return all;
    }

    private void add(List<Found> all, Kind kind, Path path, Instant lastUse) throws IOException {
        String name = path.getFileName().toString();
        boolean left = name.startsWith(".draft-") || name.startsWith(GONE);
        Path root = path.startsWith(layout.root()) ? layout.root() : layout.work().getParent();
        Item item =
                new Item(
                        left ? Kind.LEFTOVER : kind,
                        root.relativize(path).toString(),
                        bytes(path),
                        lastUse);
        all.add(new Found(item, path));
    }

    private static Instant modified(Path path) throws IOException {
        return Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toInstant();
    }

    private static List<Path> children(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        List<Path> children = new ArrayList<>();
        try (var entries = Files.newDirectoryStream(directory)) {
            entries.forEach(children::add);
        }
        return children;
    }

    private static long bytes(Path path) throws IOException {
        long[] sum = {0};
        Files.walkFileTree(
                path,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        sum[0] += attributes.isRegularFile() ? attributes.size() : 0;
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException e)
                            throws IOException {
                        if (e instanceof NoSuchFileException) {
                            return FileVisitResult.CONTINUE;
                        }
                        throw e;
                    }
                });
        return sum[0];
    }
}
