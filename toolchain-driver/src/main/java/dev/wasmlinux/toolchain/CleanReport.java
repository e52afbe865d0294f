/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain;

import java.time.Instant;
import java.util.List;

/**
 * What was taken out of a cache to make it smaller: an immutable value.
 *
 * @param before bytes of everything in it before
 * @param after bytes afterwards
 * @param removed what was taken, in order
 */
public record CleanReport(long before, long after, List<Item> removed) {

    /** Copies the list. */
    public CleanReport {
        removed = List.copyOf(removed);
    }

    /** What a cache consists of. */
    public enum Kind {
        /** What a crashed driver has left. */
        LEFTOVER,
        /** The result of a step. */
        RESULT,
        /** Source trees and objects, which make the next build of a component quick. */
        WORKSPACE,
        /** A source archive, whole or in part. */
        ARCHIVE,
        /** A kernel or program as code of the virtual machine. */
        CODE,
        /** The log of a step. */
        LOG
    }

    /**
     * One thing.
     *
     * @param kind what it is
     * @param name path in the cache
     * @param bytes sum of the lengths of its files
     * @param lastUse when a driver made or used it last
     */
    public record Item(Kind kind, String name, long bytes, Instant lastUse) {}
}
