/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.wasm;

import java.util.OptionalLong;

/**
 * The type of a table.
 *
 * @param element type of the elements, a reference type
 * @param minimum initial number of elements, an unsigned 32-bit number
 * @param maximum greatest number of elements, or empty for no limit
 */
public record TableType(ValueType element, long minimum, OptionalLong maximum)
        implements ExternalType {

    @Override
    public ExternalKind kind() {
        return ExternalKind.TABLE;
    }

    /** Returns for example {@code table 4..16 funcref}. */
    @Override
    public String toString() {
        return "table "
                + minimum
                + ".."
                + (maximum.isPresent() ? maximum.getAsLong() : "")
                + " "
                + element;
    }
}
