/*
 * SPDX-License-Identifier: Apache-2.0
 */

/** Source archives: read entry by entry, and written again with a set's changes in them. */
package dev.wasmlinux.patchset.archive;
