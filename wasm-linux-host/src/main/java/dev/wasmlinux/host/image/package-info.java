/*
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The image jar: what it holds, how the build makes it from kernel and initramfs, how it is found
 * on a class path.
 */
package dev.wasmlinux.host.image;
