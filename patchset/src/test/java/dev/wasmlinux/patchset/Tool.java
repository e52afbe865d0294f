/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs the programs that the engine is compared with. */
final class Tool {
    record Result(int exit, byte[] output) {
        String text() {
            return new String(output, StandardCharsets.ISO_8859_1);
        }
    }

    private static final boolean GIT = exists("git");
    private static final boolean PATCH = exists("patch");

    private Tool() {}

    static boolean hasGit() {
        return GIT;
    }

    static boolean hasPatch() {
        return PATCH;
    }

    private static boolean exists(String program) {
        try {
            return run(Path.of("."), program, "--version").exit() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Runs a program to its end in a directory, with no configuration but its defaults. */
    static Result run(Path directory, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("GIT_"));
        environment.put("LC_ALL", "C");
        environment.put("GIT_CONFIG_NOSYSTEM", "1");
        environment.put("GIT_CONFIG_GLOBAL", "/dev/null");
        environment.put("GIT_AUTHOR_NAME", "A");
        environment.put("GIT_AUTHOR_EMAIL", "a@example.org");
        environment.put("GIT_COMMITTER_NAME", "A");
        environment.put("GIT_COMMITTER_EMAIL", "a@example.org");
        Process process = builder.start();
        process.getOutputStream().close();
        byte[] output = process.getInputStream().readAllBytes();
        try {
            return new Result(process.waitFor(), output);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Runs git, which must succeed. */
    static byte[] git(Path directory, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("git", "-c", "core.autocrlf=false"));
        command.addAll(List.of(arguments));
        Result result = run(directory, command.toArray(String[]::new));
        if (result.exit() != 0) {
            throw new IOException(command + ": " + result.text());
        }
        return result.output();
    }
}
