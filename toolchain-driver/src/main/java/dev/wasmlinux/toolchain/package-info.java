/*
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * From verified upstream sources to a bootable Linux/Wasm system, with the distribution's stock
 * clang: {@link dev.wasmlinux.toolchain.Toolchain} is the entry point, the command line tool {@code
 * wasm-linux} a thin layer over it.
 *
 * <h2>How a build goes</h2>
 *
 * <pre>
 * archive (folder, cache or network; SHA-256) → source tree (unpacked, patched)
 *   linux   → kernel-headers, kernel
 *   musl    → musl ┐
 *   clang   → compiler-runtime ┤→ sysroot → busybox, agent → initramfs ┐
 *             kernel-headers   ┘     │                        kernel ──┴→ image → sbom
 *                                    └→ sdk (wasm-linux-cc)
 * </pre>
 *
 * <p>{@link dev.wasmlinux.toolchain.ImageConfiguration} changes kernel and initramfs, {@link
 * dev.wasmlinux.toolchain.spi.Component} adds steps of one's own.
 *
 * <p>Every arrow's end is a step. A step's key is the digest of all that decides its result: the
 * results of the steps before it, the release and patch set of its source, its command lines, the
 * variables of its environment and the compiler's version. A result is stored under its key, and
 * only whole: written aside, flushed, renamed. What is stored is not made again; a step that runs
 * again and gives the same files makes no later step run.
 *
 * <p>Tools of the host whose versions do not influence the result (make, flex, bison, shell) are
 * not part of a key; {@code doctor} checks them.
 *
 * <h2>The cache</h2>
 *
 * <p>{@code sources/} archives by digest and partial downloads, {@code steps/NAME/KEY/out} results
 * with {@code step.json} beside them, {@code work/} source trees and objects, {@code logs/}, {@code
 * locks/}. Several drivers may share it. Compilers never see a path with a blank or a colon: for a
 * cache with such a path, {@code work/} lies below {@code /var/tmp}. Whoever uses a cache shares a
 * lock that dies with its process; whoever takes something out of it waits until nobody does, and
 * renames before deleting. Modification times of results, locks and archives tell their last use.
 *
 * <h2>Processes</h2>
 *
 * <p>Tools run with an environment of their own (locale C, UTC, umask 022, private HOME and TMPDIR,
 * fixed SOURCE_DATE_EPOCH and KBUILD_BUILD_*), standard input empty, output in a log. Each carries
 * an environment variable by which the whole tree is found and ended when a build is cancelled,
 * when the JVM ends, or, after a {@code kill -9}, when the next driver takes the step's lock.
 *
 * <h2>Exit codes of the command line tool</h2>
 *
 * <p>0 success; 1 a tool of the build failed; 2 wrong usage; 3 a tool of this machine is missing; 4
 * a source is neither at hand nor reachable; 5 wrong SHA-256; 6 a patch set does not fit; 7 a
 * malformed archive; 8 reading or writing failed, also by a tool that says so; 9 two builds that
 * must be identical are not; 70 an error in this program; 130 interrupted. {@code patch apply} has
 * its own: 0 applied, 1 does not fit, 2 malformed or refused. {@code run} passes the guest
 * command's on.
 */
package dev.wasmlinux.toolchain;
