/*
 * SPDX-License-Identifier: Apache-2.0
 */

/** This machine: where its tools are, what they can do, and what to install for what is missing. */
package dev.wasmlinux.toolchain.host;
