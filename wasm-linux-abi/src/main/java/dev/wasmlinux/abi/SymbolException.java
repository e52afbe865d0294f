/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

/** A symbol file breaks its format. */
public final class SymbolException extends AbiException {

    private static final long serialVersionUID = 1L;

    private final int line;

    /**
     * Creates an exception.
     *
     * @param line number of the line, from 1
     * @param reason what is wrong with it
     */
    public SymbolException(int line, String reason) {
        super("symbol file, line " + line + ": " + reason);
        this.line = line;
    }

    /**
     * The line with the error.
     *
     * @return from 1
     */
    public int line() {
        return line;
    }
}
