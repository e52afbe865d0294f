/*
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The command line tool: one class for each command, which picocli fills from its options. What a
 * command does is done by {@link dev.wasmlinux.toolchain.Toolchain} or another library.
 */
package dev.wasmlinux.toolchain.cli;
