/*
 * SPDX-License-Identifier: Apache-2.0
 */
/** From verified sources to a bootable image. */
package dev.wasmlinux.toolchain;
