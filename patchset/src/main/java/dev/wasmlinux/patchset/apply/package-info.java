/*
 * SPDX-License-Identifier: Apache-2.0
 */

/** Finding where hunks fit, making new contents, and saying why something does not fit. */
package dev.wasmlinux.patchset.apply;
