/*
 * SPDX-License-Identifier: Apache-2.0
 */

/** Builds everything twice under different circumstances, and finds where the results differ. */
package dev.wasmlinux.toolchain.reproduce;
