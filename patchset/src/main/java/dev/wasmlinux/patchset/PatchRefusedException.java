/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

/**
 * The patch is well formed, but asks for something that is never done: to touch a path outside the
 * tree, through a symbolic link or in a {@code .git} directory, to make a link that leads out of
 * the tree, a submodule, or to reverse a change that carries no reverse.
 */
public final class PatchRefusedException extends PatchException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param source the patch's name
     * @param line the line at fault, from 1
     * @param problem what was refused and why
     */
    public PatchRefusedException(String source, long line, String problem) {
        super(source, line, problem, null);
    }
}
