/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.wasm;

import java.util.Locale;

/** The kinds of imports and exports; the ordinal is the byte of the binary format. */
public enum ExternalKind {
    /** A function. */
    FUNCTION,
    /** A table of references. */
    TABLE,
    /** A linear memory. */
    MEMORY,
    /** A global variable or constant. */
    GLOBAL,
    /** An exception tag. */
    TAG;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
