/*
 * SPDX-License-Identifier: Apache-2.0
 */
/** The contract between a Wasm Linux kernel and its host. */
module dev.wasmlinux.abi {
}
