/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.wasm;

/**
 * The type of an exception tag.
 *
 * @param signature its parameters are the values that an exception carries
 */
public record TagType(FunctionSignature signature) implements ExternalType {

    @Override
    public ExternalKind kind() {
        return ExternalKind.TAG;
    }

    /** Returns for example {@code tag (i32) -> ()}. */
    @Override
    public String toString() {
        return "tag " + signature;
    }
}
