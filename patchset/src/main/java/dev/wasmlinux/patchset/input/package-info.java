/*
 * SPDX-License-Identifier: Apache-2.0
 */

/** Patches as people keep them: mailboxes, quilt series, directories. */
package dev.wasmlinux.patchset.input;
