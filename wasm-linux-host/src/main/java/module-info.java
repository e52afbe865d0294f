/*
 * SPDX-License-Identifier: Apache-2.0
 */
/** Boots a Linux kernel compiled to WebAssembly inside the JVM. */
module dev.wasmlinux.host {
    requires com.dylibso.chicory.compiler;
    requires com.dylibso.chicory.wasm;
    requires transitive dev.wasmlinux.abi;
    requires dev.wasmlinux.initramfs;
    requires jdk.unsupported;
    requires org.objectweb.asm;
    requires org.objectweb.asm.tree;
    requires org.objectweb.asm.tree.analysis;

    exports dev.wasmlinux.host;
    exports dev.wasmlinux.host.device;
    exports dev.wasmlinux.host.rt;
}
