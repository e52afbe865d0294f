/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host;

import java.util.Objects;
import java.util.Optional;

/**
 * Why a machine does not run any more.
 *
 * @param kind what ended it
 * @param status exit status given with a power off, 0 otherwise
 * @param message panic text or description of the failure, may be empty
 * @param failure what went wrong in the host, or null; see {@link #cause()}
 */
public record ExitReason(Kind kind, int status, String message, Throwable failure) {
    /** What ended the machine. */
    public enum Kind {
        /** The guest powered off. */
        POWER_OFF,
        /** The guest asked to be restarted. */
        RESTART,
        /** The guest halted. */
        HALT,
        /** The kernel panicked. */
        PANIC,
        /** Kernel code trapped or the host failed; the guest's state is lost. */
        FAILED,
        /** The owner closed the machine. */
        CLOSED
    }

    /** Checks that kind and message are there. */
    public ExitReason {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(message);
    }

    /** What went wrong in the host, if anything did. */
    public Optional<Throwable> cause() {
        return Optional.ofNullable(failure);
    }
}
