/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

import dev.wasmlinux.abi.wasm.GlobalType;

/**
 * An exported global of the contract.
 *
 * @param name its name
 * @param type its Wasm type
 * @param meaning what it holds
 * @param since the ABI version that brought it
 */
public record AbiGlobal(String name, GlobalType type, String meaning, int since) {}
