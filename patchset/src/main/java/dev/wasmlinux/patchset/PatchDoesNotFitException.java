/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import java.util.List;

/**
 * The patch is well formed, but the tree is not what it was made for. The message holds every
 * misfit of the first patch that does not fit, with the failing hunks beside the nearest text.
 */
public final class PatchDoesNotFitException extends PatchException {
    private static final long serialVersionUID = 1L;

    private final transient List<Misfit> misfits;
    private final boolean alreadyApplied;

    /**
     * Makes one.
     *
     * @param source the patch's name
     * @param misfits what does not fit, not empty
     * @param alreadyApplied whether the whole patch looks applied already
     */
    public PatchDoesNotFitException(String source, List<Misfit> misfits, boolean alreadyApplied) {
        super(source, misfits.get(0).patchLine(), text(misfits, alreadyApplied), null);
        this.misfits = List.copyOf(misfits);
        this.alreadyApplied = alreadyApplied;
    }

    private static String text(List<Misfit> misfits, boolean alreadyApplied) {
        StringBuilder text = new StringBuilder();
        text.append(alreadyApplied ? "already applied" : "does not fit");
        for (Misfit misfit : misfits) {
            text.append(System.lineSeparator()).append("  ");
            if (misfit.patchLine() > 0) {
                text.append("line ").append(misfit.patchLine()).append(": ");
            }
            text.append(misfit.path()).append(": ");
            if (misfit.hunk() > 0) {
                text.append("hunk ").append(misfit.hunk()).append(": ");
            }
            text.append(misfit.problem());
            if (misfit.alreadyApplied() && !alreadyApplied) {
                text.append(" (already applied)");
            }
            misfit.comparison()
                    .lines()
                    .forEach(
                            line ->
                                    text.append(System.lineSeparator())
                                            .append("    ")
                                            .append(line));
        }
        return text.toString();
    }

    /** Everything that does not fit, in the patch's order; empty after deserialisation. */
    public List<Misfit> misfits() {
        return misfits == null ? List.of() : misfits;
    }

    /**
     * Whether every change of the patch is in the tree already. If so, applying the patch in
     * reverse would fit.
     */
    public boolean alreadyApplied() {
        return alreadyApplied;
    }
}
