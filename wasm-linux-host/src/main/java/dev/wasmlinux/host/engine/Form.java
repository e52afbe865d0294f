/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

/** The two shapes of compiled code. */
public enum Form {
    /** Flat memory, imports of {@code KernelImports}, poll of the machine's dead word. */
    KERNEL,
    /**
     * Memory behind a software TLB, import of {@code ProgramImports}, poll of the attention word.
     */
    PROGRAM
}
