/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import java.util.List;
import java.util.Objects;

/**
 * What belongs to a task's guest stack besides the guest frames on its thread's Java stack: the
 * frames that a fork child has still to resume, and the signal handlers that the host has entered.
 * One for each task, for its own thread only.
 *
 * <p>The host calls {@link #enterHandler} and {@link #leaveHandler} around every call of guest code
 * that interrupts other guest code. A fork in a handler that interrupted a system call or came at a
 * poll is possible: in the child the {@code handlerReturn} of its own stack runs when the handler's
 * frames are done. One in a handler that came at a memory access is refused, since the access would
 * have to be repeated.
 */
public final class GuestStack {
    private final HostStep handlerReturn;
    private List<SavedStep> pending = List.of();
    private boolean resuming;
    private boolean inHost;
    private int handlers;

    /**
     * An empty one.
     *
     * @param handlerReturn what the host does once a handler has returned, until the system call
     *     that was interrupted returns; at a poll its result is not used
     */
    public GuestStack(HostStep handlerReturn) {
        this.handlerReturn = Objects.requireNonNull(handlerReturn);
    }

    /** A handler is about to be called. */
    public void enterHandler() {
        handlers++;
    }

    /**
     * A handler has returned or is unwound.
     *
     * @throws IllegalStateException if none was entered
     */
    public void leaveHandler() {
        if (handlers == 0) {
            throw new IllegalStateException("no handler to leave");
        }
        handlers--;
    }

    /** Handlers that are on the Java stack. */
    int handlers() {
        return handlers;
    }

    /** Whether resumed frames are running, or waiting for others to return. */
    boolean isResuming() {
        return resuming;
    }

    /** Whether of the resumed frames none is running, but host code that they wait for. */
    boolean isInHost() {
        return inHost;
    }

    /** What waits, innermost first. */
    List<SavedStep> pending() {
        return pending;
    }

    void begin() {
        if (resuming) {
            throw new IllegalStateException("frames are being resumed on this stack already");
        }
        resuming = true;
    }

    void waiting(List<SavedStep> steps) {
        pending = steps;
    }

    /** Runs host code with the given steps waiting for it. */
    int runHost(HostStep step, List<SavedStep> waiting) throws Throwable {
        pending = waiting;
        inHost = true;
        try {
            return step.run();
        } finally {
            inHost = false;
        }
    }

    int handlerReturned(List<SavedStep> waiting) throws Throwable {
        return runHost(handlerReturn, waiting);
    }

    void end() {
        resuming = false;
        pending = List.of();
    }
}
