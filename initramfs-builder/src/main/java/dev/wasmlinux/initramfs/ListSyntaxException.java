/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

/** A mistake in a {@code gen_init_cpio} list. */
public final class ListSyntaxException extends InitramfsException {
    private static final long serialVersionUID = 1L;

    private final int line;
    private final int column;

    /**
     * @param source name of the list, for the message
     * @param line line from 1
     * @param column byte column from 1
     * @param message what is wrong
     */
    public ListSyntaxException(String source, int line, int column, String message) {
        super(source + ":" + line + ":" + column + ": " + message, null);
        this.line = line;
        this.column = column;
    }

    /** Line, from 1. */
    public int line() {
        return line;
    }

    /** Column in bytes, from 1. */
    public int column() {
        return column;
    }
}
