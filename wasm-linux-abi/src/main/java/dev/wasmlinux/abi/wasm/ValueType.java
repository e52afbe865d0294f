/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.wasm;

import java.util.Optional;

/** The WebAssembly value types that this reader knows (Core Specification 3.0, section 5.3). */
public enum ValueType {
    /** 32-bit integer. */
    I32(0x7f, "i32"),
    /** 64-bit integer. */
    I64(0x7e, "i64"),
    /** 32-bit float. */
    F32(0x7d, "f32"),
    /** 64-bit float. */
    F64(0x7c, "f64"),
    /** 128-bit vector. */
    V128(0x7b, "v128"),
    /** Nullable reference to any function. */
    FUNCREF(0x70, "funcref"),
    /** Nullable reference to a host object. */
    EXTERNREF(0x6f, "externref"),
    /** Nullable reference to a caught exception. */
    EXNREF(0x69, "exnref");

    private final int code;
    private final String text;

    ValueType(int code, String text) {
        this.code = code;
        this.text = text;
    }

    /**
     * The byte of this type in the binary format.
     *
     * @return 0..255
     */
    public int code() {
        return code;
    }

    /**
     * The name of this type in the text format, for example {@code i32}.
     *
     * @return never null
     */
    public String text() {
        return text;
    }

    /**
     * Whether a value of this type is a reference (and may be a table element).
     *
     * @return true for funcref, externref and exnref
     */
    public boolean isReference() {
        return this == FUNCREF || this == EXTERNREF || this == EXNREF;
    }

    /**
     * The type of a byte of the binary format.
     *
     * @param code the byte, 0..255
     * @return the type, or empty if the byte names none of the known types
     */
    public static Optional<ValueType> ofCode(int code) {
        for (ValueType type : values()) {
            if (type.code == code) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /**
     * The type of a name of the text format.
     *
     * @param text for example {@code i32}
     * @return the type, or empty if the name is unknown
     */
    public static Optional<ValueType> ofText(String text) {
        for (ValueType type : values()) {
            if (type.text.equals(text)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return text;
    }
}
