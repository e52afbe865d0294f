/*
 * SPDX-License-Identifier: Apache-2.0
 */
/** Boots a Linux kernel compiled to WebAssembly inside the JVM. */
package dev.wasmlinux.host;
