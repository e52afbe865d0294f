/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain;

import java.util.Objects;

/**
 * The one checked exception of this module: something that the person at the keyboard can act on.
 *
 * <p>The message is complete (what, where, what to do) and may have several lines; {@link #kind()}
 * sorts failures into the classes that the command line maps to exit codes.
 */
public final class ToolchainException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** Classes of failure, each with the exit code of the command line tool. */
    public enum Kind {
        /** A compiler, linker or other build tool failed or ran into a time limit. */
        BUILD(1),
        /** The request itself is wrong: unknown component, contradicting options. */
        USAGE(2),
        /** A tool of the host is missing, too old, or cannot do what is needed. */
        HOST(3),
        /** A source archive is neither stored nor given nor reachable. */
        SOURCE(4),
        /** Bytes do not have the SHA-256 digest that they must have. */
        CHECKSUM(5),
        /** A patch set does not fit its source tree. */
        PATCH(6),
        /** An archive is malformed or would write outside its directory. */
        ARCHIVE(7),
        /** Reading or writing the cache or the output failed, for example a full disk. */
        STORAGE(8),
        /** Two builds that must be identical are not. */
        DIFFERENT(9);

        private final int exitCode;

        Kind(int exitCode) {
            this.exitCode = exitCode;
        }

        /** The exit code of the command line tool for this class of failure. */
        public int exitCode() {
            return exitCode;
        }
    }

    /**
     * Creates an exception.
     *
     * @param kind class of failure
     * @param message complete message
     */
    public ToolchainException(Kind kind, String message) {
        this(kind, message, null);
    }

    /**
     * Creates an exception with a cause.
     *
     * @param kind class of failure
     * @param message complete message
     * @param cause what led to it, or null
     */
    public ToolchainException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = Objects.requireNonNull(kind, "kind");
    }

    /** The class of failure. */
    public Kind kind() {
        return kind;
    }
}
