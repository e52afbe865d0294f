/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.wasm;

/** The type of something that a module imports or exports. */
public sealed interface ExternalType
        permits FunctionSignature, TableType, MemoryType, GlobalType, TagType {

    /**
     * The kind of the thing.
     *
     * @return never null
     */
    ExternalKind kind();
}
