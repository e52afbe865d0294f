/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.rt;

/** The thread of a Linux task; slow paths of compiled code find the task through it. */
public class GuestThread extends Thread {
    /** The task's slow paths while it runs a user program. Touched by this thread only. */
    public UserAccess user;

    /**
     * Makes a thread that is not started.
     *
     * @param stackSize requested Java stack size in bytes, 0 for the default
     */
    public GuestThread(ThreadGroup group, Runnable target, String name, long stackSize) {
        super(group, target, name, stackSize);
    }

    /** The slow paths of the calling thread, which must be a task's thread running a program. */
    public static UserAccess currentUser() {
        return ((GuestThread) Thread.currentThread()).user;
    }
}
