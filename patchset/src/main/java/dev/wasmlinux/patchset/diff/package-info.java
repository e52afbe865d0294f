/*
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The text of patches: unified diffs, git's extended headers and binary changes, read in one pass
 * with memory bounded by the number of runs of one hunk. Names and texts are byte strings: each
 * {@code char} is one byte.
 */
package dev.wasmlinux.patchset.diff;
