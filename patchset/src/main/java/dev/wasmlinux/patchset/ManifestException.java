/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

/** A {@code patchset.json} is missing, is not JSON, or does not follow the schema. */
public final class ManifestException extends PatchException {
    private static final long serialVersionUID = 1L;

    private final int column;

    /**
     * Makes one.
     *
     * @param source the manifest's file name
     * @param line the line at fault, from 1, or 0
     * @param column the column at fault, from 1, or 0
     * @param problem what is wrong
     */
    public ManifestException(String source, long line, int column, String problem) {
        super(source, line, (column > 0 ? "column " + column + ": " : "") + problem, null);
        this.column = column;
    }

    /** The column at fault, from 1; 0 if there is none. */
    public int column() {
        return column;
    }
}
