/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.wasm;

/**
 * The type of a global.
 *
 * @param value type of its value
 * @param mutable whether code may change it
 */
public record GlobalType(ValueType value, boolean mutable) implements ExternalType {

    @Override
    public ExternalKind kind() {
        return ExternalKind.GLOBAL;
    }

    /** Returns for example {@code mutable global i32}. */
    @Override
    public String toString() {
        return (mutable ? "mutable global " : "constant global ") + value;
    }
}
