/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import java.util.Objects;

/**
 * The root of everything that can be wrong with a patch or a patch set. Input and output errors are
 * {@link java.io.IOException}s instead.
 *
 * <p>When one of these is thrown by an operation on a tree, nothing in that tree has changed.
 */
public abstract class PatchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String source;
    private final long line;

    PatchException(String source, long line, String problem, Throwable cause) {
        super(prefix(source, line) + problem, cause);
        this.source = Objects.requireNonNull(source, "source");
        this.line = line;
    }

    private static String prefix(String source, long line) {
        return source + (line > 0 ? ":" + line : "") + ": ";
    }

    /** The name of the patch or manifest that is at fault, as its {@link PatchSource} names it. */
    public final String source() {
        return source;
    }

    /** The line of {@link #source()} that is at fault, counted from 1; 0 if there is none. */
    public final long line() {
        return line;
    }
}
