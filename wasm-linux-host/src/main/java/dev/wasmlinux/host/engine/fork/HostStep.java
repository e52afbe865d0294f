/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

/** Host code that runs where guest code waits for a system call to return. */
@FunctionalInterface
public interface HostStep {
    /**
     * Runs the code on the thread of the task that it belongs to.
     *
     * @return what the system call returns to the guest
     * @throws Throwable to unwind the guest instead
     */
    int run() throws Throwable;
}
