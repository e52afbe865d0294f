/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A command to be run inside a machine.
 *
 * @param arguments program and arguments; the program is looked up in the guest's PATH
 * @param environment variables, beside none of the host's
 * @param directory working directory, empty for the agent's own
 * @param terminal whether the command runs in a session of its own on the console, with job
 *     control, instead of with its standard streams apart
 */
public record Command(
        List<String> arguments,
        Map<String, String> environment,
        String directory,
        boolean terminal) {
    /** Checks and copies. */
    public Command {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
        Objects.requireNonNull(directory);
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException("a command needs a program");
        }
        for (String argument : arguments) {
            if (argument.indexOf(0) >= 0) {
                throw new IllegalArgumentException("a NUL character in the argument " + argument);
            }
        }
    }

    /** A command with its standard streams apart, in the guest's default environment. */
    public static Command of(String... arguments) {
        return new Command(List.of(arguments), Map.of(), "", false);
    }

    /** This command on the console, as an interactive session. */
    public Command onTerminal() {
        return new Command(arguments, environment, directory, true);
    }
}
