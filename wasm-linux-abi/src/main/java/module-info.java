/*
 * SPDX-License-Identifier: Apache-2.0
 */
/** The contract between a Wasm Linux kernel and its host. */
module dev.wasmlinux.abi {
    requires tools.jackson.databind;

    exports dev.wasmlinux.abi;
    exports dev.wasmlinux.abi.devicetree;
    exports dev.wasmlinux.abi.wasm;
}
