/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import java.util.List;

/**
 * What belongs to a task's guest stack without being on its thread's Java stack: the frames that a
 * fork child has still to resume. One for each task, for its own thread only.
 */
public final class GuestStack {
    private List<SavedFrame> pending = List.of();
    private boolean resuming;

    /** An empty one. */
    public GuestStack() {}

    /** Whether resumed frames are running, or waiting for others to return. */
    boolean isResuming() {
        return resuming;
    }

    /** The frames that wait, innermost first. */
    List<SavedFrame> pending() {
        return pending;
    }

    void begin() {
        if (resuming) {
            throw new IllegalStateException("frames are being resumed on this stack already");
        }
        resuming = true;
    }

    void waiting(List<SavedFrame> frames) {
        pending = frames;
    }

    void end() {
        resuming = false;
        pending = List.of();
    }
}
