/*
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * A small, bounded reader for WebAssembly binaries: enough to say what a module is, imports and
 * exports, without an engine. Everything here is an immutable value and safe for any thread.
 *
 * <p>Source of the rules: WebAssembly Core Specification 3.0, chapter 5 (binary format), and the
 * threads proposal for shared memories.
 */
package dev.wasmlinux.abi.wasm;
