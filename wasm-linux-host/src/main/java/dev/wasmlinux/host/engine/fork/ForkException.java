/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import java.util.Objects;

/** The frames of a thread cannot be captured; {@code fork} answers {@code ENOSYS}. */
public final class ForkException extends Exception {
    /** Why not. */
    public enum Reason {
        /** This JVM does not let the host read Java frames; see {@link ForkSupport#reason}. */
        NO_ACCESS,
        /** The thread runs no guest code of the module. */
        NO_FRAMES,
        /**
         * A signal handler that interrupted a memory access, or an unknown entry from the host, is
         * on the stack.
         */
        NESTED,
        /** A function on the stack has a shape that cannot be resumed. */
        UNSUPPORTED_CODE,
        /** The frames do not fit the module's classes: a defect of engine or JVM. */
        INCONSISTENT
    }

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    ForkException(Reason reason, String message) {
        super(message);
        this.reason = Objects.requireNonNull(reason);
    }

    ForkException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason);
    }

    /** Why the frames cannot be captured. */
    public Reason reason() {
        return reason;
    }
}
