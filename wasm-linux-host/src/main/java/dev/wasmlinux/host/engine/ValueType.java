/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

/** The Wasm value types that functions and globals of a module may have. */
public enum ValueType {
    /** 32-bit integer, Java {@code int}. */
    I32(int.class),
    /** 64-bit integer, Java {@code long}. */
    I64(long.class),
    /** 32-bit float, Java {@code float}. */
    F32(float.class),
    /** 64-bit float, Java {@code double}. */
    F64(double.class);

    private final Class<?> javaType;

    ValueType(Class<?> javaType) {
        this.javaType = javaType;
    }

    /** The Java type that carries values of this type. */
    public Class<?> javaType() {
        return javaType;
    }
}
