/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.task;

/**
 * Unwinds a thread's guest frames to the task's base. Stackless; compiled guest code catches only
 * Wasm exceptions, so no guest handler sees it.
 */
final class Unwind extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The task is dead and has handed its CPU over. */
    static final Unwind EXIT = new Unwind("task exit");

    /** The task has a new program. */
    static final Unwind EXEC = new Unwind("exec");

    /** The program used up the thread's stack. */
    static final Unwind STACK_EXHAUSTED = new Unwind("user stack exhausted");

    private Unwind(String message) {
        super(message, null, false, false);
    }
}
