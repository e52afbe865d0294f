/*
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Components that this library does not know: implement {@link
 * dev.wasmlinux.toolchain.spi.Component}, and hand it to {@link
 * dev.wasmlinux.toolchain.Toolchain.Builder#component}, or name it in a service file of a jar and
 * give that to the command line tool as {@code --extension JAR}. Its sources are archives and
 * Debian source packages, see {@link dev.wasmlinux.toolchain.spi.Archive}.
 */
package dev.wasmlinux.toolchain.spi;
