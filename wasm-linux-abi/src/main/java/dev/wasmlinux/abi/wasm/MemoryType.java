/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.wasm;

import java.util.OptionalLong;

/**
 * The type of a linear memory with 32-bit addresses.
 *
 * @param minimumPages initial size in pages of 64 KiB, 0..65536
 * @param maximumPages greatest size in pages of 64 KiB, or empty for no limit
 * @param shared whether several threads may use it
 */
public record MemoryType(long minimumPages, OptionalLong maximumPages, boolean shared)
        implements ExternalType {

    /** Bytes in one page of linear memory. */
    public static final int PAGE_BYTES = 65536;

    @Override
    public ExternalKind kind() {
        return ExternalKind.MEMORY;
    }

    /** Returns for example {@code shared memory 17..32767 pages}. */
    @Override
    public String toString() {
        return (shared ? "shared memory " : "memory ")
                + minimumPages
                + ".."
                + (maximumPages.isPresent() ? maximumPages.getAsLong() : "")
                + " pages";
    }
}
