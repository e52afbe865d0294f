/*
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * A running kernel: boot, device tree contents, and the kernel's imports bound to memory, CPUs,
 * tasks and devices.
 *
 * <p>Boot: verified image → memory laid out (image, device tree, initramfs) → CPU 0's task enters
 * {@code _start}.
 */
package dev.wasmlinux.host.kernel;
