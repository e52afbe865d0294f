/*
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Tools of the host as processes: their environment, output and use of resources, and an end for
 * all of their descendants.
 */
package dev.wasmlinux.toolchain.process;
