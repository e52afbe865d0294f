/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a short command and keeps its output; for questions to tools, not for builds. */
final class Probe {
    private static final long LIMIT_SECONDS = 60;

    private Probe() {}

    /**
     * What a command said.
     *
     * @param status exit status; -1 if it could not be run or did not end in time
     * @param output standard output and error
     */
    record Answer(int status, String output) {
        boolean ok() {
            return status == 0;
        }
    }

    static Answer run(ToolPath path, Path directory, List<String> argv)
            throws InterruptedException {
        Process process = null;
        Path output = null;
        try {
            output = Files.createTempFile("wasm-linux-probe", ".txt");
            ProcessBuilder builder = new ProcessBuilder(argv);
            builder.environment().clear();
            builder.environment().putAll(Map.of("PATH", path.variable(), "LC_ALL", "C"));
            builder.directory(directory.toFile());
            builder.redirectErrorStream(true);
            builder.redirectOutput(output.toFile());
            builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
            process = builder.start();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                return new Answer(-1, argv.get(0) + " did not end within a minute");
            }
            String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
            return new Answer(process.exitValue(), text.strip());
        } catch (IOException e) {
            return new Answer(-1, String.valueOf(e.getMessage()));
        } finally {
            if (process != null) {
                process.destroyForcibly();
            }
            delete(output);
        }
    }

    private static void delete(Path file) {
        if (file != null) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                file.toFile().deleteOnExit();
            }
        }
    }
}
