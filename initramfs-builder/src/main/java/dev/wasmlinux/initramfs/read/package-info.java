/*
 * SPDX-License-Identifier: Apache-2.0
 */
/** Reads, lists, checks, extracts and compares images. */
package dev.wasmlinux.initramfs.read;
