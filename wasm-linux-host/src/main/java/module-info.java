/*
 * SPDX-License-Identifier: Apache-2.0
 */
/** Boots a Linux kernel compiled to WebAssembly inside the JVM. */
module dev.wasmlinux.host {
    requires transitive dev.wasmlinux.abi;
    requires jdk.unsupported;

    exports dev.wasmlinux.host;
    exports dev.wasmlinux.host.rt;
}
