/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.rt;

/** The one function that a user program imports ({@code linux.syscall}). */
public interface ProgramImports {
    /**
     * Enters the kernel with one system call. Every argument occupies one 64-bit slot.
     *
     * @return the result, or a negative errno
     */
    int syscall(int nr, long a0, long a1, long a2, long a3, long a4, long a5);
}
