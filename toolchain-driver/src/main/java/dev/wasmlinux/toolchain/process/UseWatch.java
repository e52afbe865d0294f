/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.process;

import dev.wasmlinux.toolchain.BuildReport.ToolUse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Adds up what the tools of one runner use, see {@link ToolUse}: processor time as the shell's
 * {@code times} tells it, memory as {@code /proc/PID/status} shows it while they run. Not thread
 * safe.
 */
final class UseWatch {
    /** A line of {@code times}: user and system time. The second one is that of the children. */
    private static final Pattern TIMES =
            Pattern.compile(
                    "^(\\d+)m(\\d+)[.,](\\d+)s (\\d+)m(\\d+)[.,](\\d+)s$", Pattern.MULTILINE);

    private static final Pattern MEMORY =
            Pattern.compile("^Vm(RSS|HWM):\\s*(\\d+) kB$", Pattern.MULTILINE);

    private Duration cpu = Duration.ZERO;
    private int tools;
    private int timed;
    private long peak;

    /** Looks at the processes that run now. */
    void sample(Cookie cookie) {
        long together = 0;
        for (ProcessHandle process : cookie.processes()) {
            String status;
            try {
                // A name in it may have any bytes.
                status =
                        Files.readString(
                                Path.of("/proc", Long.toString(process.pid()), "status"),
                                StandardCharsets.ISO_8859_1);
            } catch (IOException e) {
                continue; // has just ended
            }
            Matcher line = MEMORY.matcher(status);
            while (line.find()) {
                long bytes = Long.parseLong(line.group(2)) << 10;
                if (line.group(1).equals("RSS")) {
                    together += bytes;
                } else {
                    peak = Math.max(peak, bytes);
                }
            }
        }
        peak = Math.max(peak, together);
    }

    /** A tool begins to run. */
    void began() {
        tools++;
    }

    /**
     * A tool has ended.
     *
     * @param said what its shell wrote to standard error, with the output of {@code times} if it
     *     came to that
     */
    void ended(String said) {
        Matcher line = TIMES.matcher(said);
        if (line.find() && line.find()) {
            timed++;
            cpu = cpu.plus(time(line, 1)).plus(time(line, 4));
        }
    }

    private static Duration time(Matcher line, int group) {
        String nanos = (line.group(group + 2) + "000000000").substring(0, 9);
        return Duration.ofMinutes(Long.parseLong(line.group(group)))
                .plusSeconds(Long.parseLong(line.group(group + 1)))
                .plusNanos(Long.parseLong(nanos));
    }

    /** What all tools so far have used. */
    ToolUse use() {
        return new ToolUse(
                tools > 0 && timed == tools ? Optional.of(cpu) : Optional.empty(),
                peak > 0 ? OptionalLong.of(peak) : OptionalLong.empty());
    }
}
