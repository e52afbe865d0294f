/*
 * SPDX-License-Identifier: Apache-2.0
 */
/** Reports about the contents of trees. */
package dev.wasmlinux.initramfs.report;
