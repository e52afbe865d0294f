/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.task;

/** What tasks must know of the machine's life. Thread safe. */
public interface Life {
    /** True once no guest code may run any more. */
    boolean ended();

    /**
     * A task's thread met an error that is not the guest's: the machine fails.
     *
     * @param where what the thread was doing
     */
    void failed(String where, Throwable cause);
}
