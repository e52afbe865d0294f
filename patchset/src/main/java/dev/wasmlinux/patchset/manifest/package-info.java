/*
 * SPDX-License-Identifier: Apache-2.0
 */

/** Reading and writing of {@code patchset.json}. */
package dev.wasmlinux.patchset.manifest;
