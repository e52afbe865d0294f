/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host;

/** A command could not be started in the guest. */
public final class CommandException extends MachineException {
    private static final long serialVersionUID = 1;
    private static final int ENOENT = 2;

    private final int errno;

    /**
     * @param program what was to be run
     * @param reason the guest's words
     * @param errno the guest's error number (errno(3))
     */
    public CommandException(String program, String reason, int errno) {
        super("cannot run " + program + ": " + reason);
        this.errno = errno;
    }

    /** The guest's error number. */
    public int errno() {
        return errno;
    }

    /** Whether the program does not exist. */
    public boolean isNotFound() {
        return errno == ENOENT;
    }
}
