/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One program run of the build: everything that decides what it does.
 *
 * @param argv program and arguments, at least one
 * @param directory working directory
 * @param environment the whole environment; nothing else is inherited
 * @param limit longest run time
 * @param silence longest time without a byte of output
 */
public record Command(
        List<String> argv,
        Path directory,
        Map<String, String> environment,
        Duration limit,
        Duration silence) {

    /** Checks and copies the values. */
    public Command {
        argv = List.copyOf(argv);
        if (argv.isEmpty()) {
            throw new IllegalArgumentException("argv is empty");
        }
        environment = Collections.unmodifiableMap(new TreeMap<>(environment));
    }

    /** The command line as one could type it into a POSIX shell. */
    public String shellText() {
        StringBuilder text = new StringBuilder();
        for (String argument : argv) {
            text.append(text.isEmpty() ? "" : " ").append(quote(argument));
        }
        return text.toString();
    }

    private static String quote(String argument) {
        if (argument.matches("[A-Za-z0-9_@%+=:,./-]+")) {
            return argument;
        }
        return "'" + argument.replace("'", "'\\''") + "'";
    }
}
