/*
 * SPDX-License-Identifier: Apache-2.0
 */
/** Versioned patch sets and their application. */
package dev.wasmlinux.patchset;
