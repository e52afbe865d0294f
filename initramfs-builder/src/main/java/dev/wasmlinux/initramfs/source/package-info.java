/*
 * SPDX-License-Identifier: Apache-2.0
 */
/** Sources that trees are filled from. */
package dev.wasmlinux.initramfs.source;
