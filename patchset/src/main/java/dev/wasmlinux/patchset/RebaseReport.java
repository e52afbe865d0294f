/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import java.util.List;
import java.util.Objects;

/**
 * How a set fits another version of its upstream: each patch for itself, in order, on top of those
 * before it that fit.
 *
 * @param tree the name of the tree
 * @param patches the patches and, if there is one, the overlay as the last entry
 */
public record RebaseReport(String tree, List<Entry> patches) {
    /** Copies the list. */
    public RebaseReport {
        patches = List.copyOf(patches);
    }

    /** Whether everything fits as it is. */
    public boolean fits() {
        return patches.stream()
                .allMatch(p -> p.status() == Status.FITS || p.status() == Status.MOVED);
    }

    /** How a patch fits. */
    public enum Status {
        /** Exactly. */
        FITS,
        /** With an offset or with fuzz: refresh it. */
        MOVED,
        /** Upstream has it already: drop it. */
        ALREADY_APPLIED,
        /** Not at all: rework it. */
        DOES_NOT_FIT
    }

    /**
     * One patch.
     *
     * @param name the patch's name
     * @param status how it fits
     * @param problem why it does not fit, with the failing hunks; empty if it does
     */
    public record Entry(String name, Status status, String problem) {
        /** Checks for nulls. */
        public Entry {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(status, "status");
            Objects.requireNonNull(problem, "problem");
        }
    }
}
