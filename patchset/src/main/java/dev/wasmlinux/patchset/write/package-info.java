/*
 * SPDX-License-Identifier: Apache-2.0
 */

/** Making diffs: what a refresh writes. */
package dev.wasmlinux.patchset.write;
