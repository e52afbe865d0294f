/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

/**
 * A module cannot be compiled or loaded: malformed, invalid or outside of what the engine takes.
 */
public final class ModuleException extends Exception {
    private static final long serialVersionUID = 1L;

    /** With a message that names the module's fault. */
    public ModuleException(String message) {
        super(message);
    }

    /** With a message that names the module's fault, and its cause. */
    public ModuleException(String message, Throwable cause) {
        super(message, cause);
    }
}
