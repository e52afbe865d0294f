/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A mark in the environment of a process tree, by which every member can be found again.
 *
 * <p>Killing a child leaves its children alive, and process groups miss whoever called {@code
 * setsid}; an environment variable is inherited by all of them. Where the system shows no
 * environments ({@code /proc}), only the children that are still connected are found.
 *
 * @param value unique text
 */
public record Cookie(String value) {
    /** Name of the environment variable. */
    public static final String VARIABLE = "WASM_LINUX_BUILD_COOKIE";

    private static final Path PROC = Path.of("/proc");

    /** A new mark that no other process has. */
    public static Cookie create() {
        return new Cookie(UUID.randomUUID().toString());
    }

    /**
     * Reads a mark that an earlier process noted.
     *
     * @param text noted text
     * @return the mark, or empty if the text is none
     */
    public static Optional<Cookie> parse(String text) {
        String trimmed = text.strip();
        return trimmed.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
                ? Optional.of(new Cookie(trimmed))
                : Optional.empty();
    }

    /**
     * Processes that carry the mark, the own one left out.
     *
     * @return live processes; zombies have no environment and are not among them
     */
    public List<ProcessHandle> processes() {
        byte[] entry = (VARIABLE + "=" + value).getBytes(StandardCharsets.US_ASCII);
        List<ProcessHandle> found = new ArrayList<>();
        if (!Files.isDirectory(PROC)) {
            return found;
        }
        long self = ProcessHandle.current().pid();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path directory : all) {
                long pid = Long.parseLong(directory.getFileName().toString());
                if (pid != self && carries(directory, entry)) {
                    ProcessHandle.of(pid).ifPresent(found::add);
                }
            }
        } catch (IOException | NumberFormatException e) {
            // /proc changes while it is read; the caller looks again until nothing is left.
            return found;
        }
        return found;
    }

    private static boolean carries(Path directory, byte[] entry) {
        byte[] environment;
        try {
            environment = Files.readAllBytes(directory.resolve("environ"));
        } catch (IOException e) {
            return false; // ended meanwhile, or belongs to somebody else
        }
        int start = 0;
        for (int i = 0; i < environment.length; i++) {
            if (environment[i] == 0) {
                if (Arrays.equals(environment, start, i, entry, 0, entry.length)) {
                    return true;
                }
                start = i + 1;
            }
        }
        return false;
    }

    /**
     * Ends every process that carries the mark: a request first, force after the grace period, and
     * on until two scans in a row find nothing. Not interruptible, because leaving processes behind
     * is what it exists to prevent; bounded by about 20 s.
     *
     * @param connected processes known by other means, ended likewise with their descendants
     * @param graceMillis time between request and force
     * @return whether everything has ended
     */
    public boolean endAll(List<ProcessHandle> connected, long graceMillis) {
        boolean interrupted = false;
        long start = System.nanoTime();
        long grace = TimeUnit.MILLISECONDS.toNanos(graceMillis);
        long limit = grace + TimeUnit.SECONDS.toNanos(20);
        int empty = 0;
        boolean first = true;
        try {
            while (empty < 2) {
                long elapsed = System.nanoTime() - start;
                if (elapsed > limit) {
                    return false;
                }
                Set<ProcessHandle> live = new LinkedHashSet<>();
                for (ProcessHandle handle : connected) {
                    handle.descendants().forEach(live::add);
                    live.add(handle);
                }
                live.addAll(processes());
                live.removeIf(handle -> !handle.isAlive());
                if (live.isEmpty()) {
                    empty++;
                    continue;
                }
                empty = 0;
                if (elapsed >= grace) {
                    live.forEach(ProcessHandle::destroyForcibly);
                } else if (first) {
                    live.forEach(ProcessHandle::destroy);
                    first = false;
                }
                try {
                    TimeUnit.MILLISECONDS.sleep(20);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            return true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
