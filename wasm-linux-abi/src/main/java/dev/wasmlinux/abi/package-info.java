/*
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The contract between a Wasm Linux kernel, its programs and their host: the descriptor ({@link
 * dev.wasmlinux.abi.KernelAbi}, {@link dev.wasmlinux.abi.ProgramAbi}), the checks of files against
 * it ({@link dev.wasmlinux.abi.KernelImage#verify}, {@link dev.wasmlinux.abi.ProgramImage#verify})
 * and symbol names. No engine, no threads; every value is immutable.
 */
package dev.wasmlinux.abi;
