/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A command on a terminal of its own, made by script(1), with somebody at the keyboard.
 *
 * <p>For one thread, the test's. Closing it ends everything that runs on the terminal.
 */
final class PseudoTerminal implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Path directory;
    private final Process script;
    private final OutputStream keys;
    private final StringBuilder screen = new StringBuilder();
    private boolean ended;
    private int seen;

    private PseudoTerminal(Path directory, Process script) {
        this.directory = directory;
        this.script = script;
        this.keys = script.getOutputStream();
        Thread reader = new Thread(this::read, "terminal");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts a command on a terminal of 24 lines and 80 columns with ordinary settings. */
    static PseudoTerminal start(
            Path directory, Map<String, String> environment, List<String> command)
            throws IOException {
        String quoted =
                command.stream()
                        .map(word -> "'" + word.replace("'", "'\\''") + "'")
                        .collect(Collectors.joining(" "));
        Path session =
                Files.writeString(
                        directory.resolve("session"),
                        String.join(
                                "\n",
                                "cd '" + directory + "'",
                                "stty sane rows 24 cols 80",
                                "stty -a >before",
                                "tty >device",
                                quoted,
                                "echo $? >status",
                                "stty -a >after",
                                ""));
        ProcessBuilder builder =
                new ProcessBuilder("script", "-qefc", "sh '" + session + "'", "/dev/null");
        builder.environment().putAll(environment);
        builder.environment().put("TERM", "xterm");
        return new PseudoTerminal(directory, builder.redirectErrorStream(true).start());
    }

    private void read() {
        byte[] buffer = new byte[4096];
        try (InputStream in = script.getInputStream()) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                synchronized (screen) {
                    screen.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
                    screen.notifyAll();
                }
            }
        } catch (IOException e) {
            // the terminal is gone
        }
        synchronized (screen) {
            ended = true;
            screen.notifyAll();
        }
    }

    /** Types keys: one character is one byte. */
    PseudoTerminal type(String text) throws IOException {
        keys.write(text.getBytes(StandardCharsets.ISO_8859_1));
        keys.flush();
        return this;
    }

    /**
     * Waits until the terminal shows a text behind what was waited for before.
     *
     * @return what it showed before the text
     */
    String await(String text) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        synchronized (screen) {
            int at = screen.indexOf(text, seen);
            while (at < 0) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0 || ended) {
                    throw new AssertionError(
                            (ended ? "ended" : "timed out")
                                    + " without "
                                    + text
                                    + ", but:\n"
                                    + rest());
                }
                screen.wait(left);
                at = screen.indexOf(text, seen);
            }
            String before = screen.substring(seen, at);
            seen = at + text.length();
            return before;
        }
    }

    private String rest() {
        return screen.substring(seen).replace("\033", "<ESC>");
    }

    /** Changes the size of the window, which the kernel tells what runs on the terminal. */
    void resize(int rows, int columns) throws IOException, InterruptedException {
        String device = Files.readString(directory.resolve("device")).strip();
        Process stty =
                new ProcessBuilder("stty", "-F", device, "rows", "" + rows, "cols", "" + columns)
                        .inheritIO()
                        .start();
        if (stty.waitFor() != 0) {
            throw new IOException("stty failed with status " + stty.exitValue());
        }
    }

    /** Asks the Java process on the terminal to end, as kill(1) does. */
    void terminate() {
        script.descendants()
                .filter(process -> process.info().command().orElse("").endsWith("/java"))
                .findFirst()
                .orElseThrow()
                .destroy();
    }

    /** Waits for the command's end; answers its exit status. */
    int awaitEnd() throws IOException, InterruptedException {
        if (!script.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            synchronized (screen) {
                throw new AssertionError("still running:\n" + rest());
            }
        }
        return Integer.parseInt(Files.readString(directory.resolve("status")).strip());
    }

    /** The terminal's settings before the command, as {@code stty -a} writes them. */
    String settingsBefore() throws IOException {
        return Files.readString(directory.resolve("before"));
    }

    /** The terminal's settings when the command had ended. */
    String settingsAfter() throws IOException {
        return Files.readString(directory.resolve("after"));
    }

    @Override
    public void close() {
        List<ProcessHandle> all = script.descendants().toList();
        all.forEach(ProcessHandle::destroyForcibly);
        script.destroyForcibly();
    }
}
