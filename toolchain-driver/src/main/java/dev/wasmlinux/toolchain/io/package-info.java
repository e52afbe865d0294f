/*
 * SPDX-License-Identifier: Apache-2.0
 */

/** Files: where things lie in the cache, locks between drivers, digests, whole trees, JSON. */
package dev.wasmlinux.toolchain.io;
