/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

/** The input is not a patch, is damaged, or uses a format that this library does not read. */
public final class MalformedPatchException extends PatchException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param source the patch's name
     * @param line the line at fault, from 1
     * @param problem what is wrong with it
     */
    public MalformedPatchException(String source, long line, String problem) {
        super(source, line, problem, null);
    }
}
