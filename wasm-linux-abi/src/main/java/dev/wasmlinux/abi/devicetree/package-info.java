/*
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Flattened device trees: build one, write it, read one back. The format is version 17 of the
 * Devicetree Specification, release v0.4, chapter 5; names follow its chapter 2. The writer lays a
 * tree out byte for byte like {@code dtc -O dtb}. All values are immutable and safe for any thread;
 * builders belong to one thread.
 *
 * <pre>{@code
 * DeviceTree tree =
 *         DeviceTree.build(
 *                 root ->
 *                         root.strings("compatible", "wasm-linux,v1")
 *                                 .cells("#address-cells", 1)
 *                                 .cells("#size-cells", 1)
 *                                 .reference("interrupt-parent", "intc")
 *                                 .node("intc", n -> n.label("intc").flag("interrupt-controller")));
 * byte[] blob = tree.toBytes();
 * }</pre>
 */
package dev.wasmlinux.abi.devicetree;
