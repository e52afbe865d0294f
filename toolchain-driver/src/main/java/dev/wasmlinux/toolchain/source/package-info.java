/*
 * SPDX-License-Identifier: Apache-2.0
 */

/** Upstream sources: found or downloaded, verified by digest, unpacked and patched. */
package dev.wasmlinux.toolchain.source;
