/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host;

/** A machine cannot be made, started or used as asked. The message names what is wrong. */
public class MachineException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** With a message for the user. */
    public MachineException(String message) {
        super(message);
    }

    /** With a message for the user and what was found. */
    public MachineException(String message, Throwable cause) {
        super(message, cause);
    }
}
