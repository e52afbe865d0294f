/*
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Trees of files: the one on disk, the changes staged over it, and the commit that makes all of
 * them or none.
 */
package dev.wasmlinux.patchset.tree;
