/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.toolchain.BuildListener;
import dev.wasmlinux.toolchain.BuildReport;
import dev.wasmlinux.toolchain.BuildReport.StepReport;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;

/**
 * Shows a build on standard error: one line that is rewritten on a terminal, or a line every half
 * minute elsewhere, such as in the log of a continuous integration run. Thread safe.
 */
final class ConsoleProgress implements BuildListener, AutoCloseable {
    private static final long TERMINAL_MILLIS = 250;
    private static final long PLAIN_MILLIS = 30_000;

    private final PrintStream out;
    private final boolean terminal;
    private final Thread ticker;
    private String step = "";
    private String detail = "";
    private long start;
    private long shownAt;
    private int shownLength;
    private boolean closed;
    private BuildReport failed;

    ConsoleProgress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
        this.ticker = new Thread(this::tick, "progress");
        ticker.setDaemon(true);
        ticker.start();
    }

    private synchronized void tick() {
        try {
            while (!closed) {
                wait(TERMINAL_MILLIS);
                show();
            }
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    private void show() {
        if (step.isEmpty()) {
            return;
        }
        long now = System.nanoTime();
        long pause = terminal ? TERMINAL_MILLIS : PLAIN_MILLIS;
        if (now - shownAt < pause * 1_000_000) {
            return;
        }
        shownAt = now;
        String text = step + "  " + elapsed(Duration.ofNanos(now - start)) + "  " + detail;
        if (terminal) {
            String cut = text.length() > 100 ? text.substring(0, 100) : text;
            out.print("\r" + cut + " ".repeat(Math.max(0, shownLength - cut.length())));
            out.flush();
            shownLength = cut.length();
        } else {
            out.println(text);
        }
    }

    private void line(String text) {
        if (shownLength > 0) {
            out.print("\r" + " ".repeat(shownLength) + "\r");
            shownLength = 0;
        }
        out.println(text);
        out.flush();
        shownAt = System.nanoTime();
    }

    static String elapsed(Duration duration) {
        long seconds = duration.toSeconds();
        return seconds >= 60
                ? String.format("%d:%02d min", seconds / 60, seconds % 60)
                : String.format("%d.%d s", seconds, duration.toMillisPart() / 100);
    }

    private void begin(String name) {
        step = name;
        detail = "";
        start = System.nanoTime();
    }

    @Override
    public synchronized void stepStarted(String name, String reason) {
        begin(name);
        line(name + ": " + reason);
    }

    @Override
    public synchronized void stepAction(String name, String action) {
        detail = action;
        if (!terminal) {
            line(name + ": " + action);
        }
    }

    @Override
    public synchronized void stepProgress(String name, int objects, int expected) {
        detail =
                expected > 0
                        ? objects
                                + " of "
                                + Math.max(objects, expected)
                                + " objects, "
                                + Math.min(99, objects * 100L / expected)
                                + " %"
                        : objects + " objects";
    }

    @Override
    public synchronized void stepFinished(StepReport report) {
        step = "";
        if (report.ran()) {
            line(report.name() + ": done in " + elapsed(report.elapsed()));
        }
    }

    @Override
    public synchronized void buildFailed(BuildReport report) {
        failed = report;
    }

    /** The report of the build that has failed, if one has. */
    synchronized Optional<BuildReport> failed() {
        return Optional.ofNullable(failed);
    }

    @Override
    public synchronized void waiting(String what) {
        line("waiting for another driver: " + what);
    }

    @Override
    public synchronized void downloading(String file, long bytes, long total) {
        if (step.isEmpty()) {
            begin("fetch");
        }
        detail =
                file
                        + "  "
                        + (bytes >> 20)
                        + (total > 0 ? " of " + (total >> 20) + " MiB" : " MiB");
    }

    @Override
    public synchronized void note(String text) {
        line(text);
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (shownLength > 0) {
            out.print("\r" + " ".repeat(shownLength) + "\r");
            out.flush();
            shownLength = 0;
        }
        notifyAll();
    }
}
