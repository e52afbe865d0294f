/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import dev.wasmlinux.host.rt.Context;
import java.util.List;

/**
 * The guest frames of a thread at a system call, as values. Immutable and thread safe; any number
 * of children may resume them.
 */
public final class CapturedFrames {
    private final List<SavedStep> steps;

    CapturedFrames(List<SavedStep> steps) {
        this.steps = List.copyOf(steps);
    }

    /** Number of frames that will be resumed. */
    public int size() {
        return (int) steps.stream().filter(SavedFrame.class::isInstance).count();
    }

    /**
     * Runs the frames on the calling thread until the last has returned.
     *
     * <p>They go on as if the system call had just returned, with the given context and memory in
     * place of those they were captured with. The Java stack is not rebuilt: each frame runs when
     * the one it had called is done.
     *
     * @param stack the guest stack of the calling thread's task
     * @param context a copy of the context of the captured thread
     * @param memory the memory base that belongs to {@code context}
     * @param systemCall the child's end of the system call; it may run signal handlers
     * @return raw bits of what the outermost frame returned, 0 if nothing; an {@code int} is sign
     *     extended
     * @throws IllegalStateException if frames are being resumed on {@code stack} already
     * @throws Throwable whatever leaves the outermost frame
     */
    public long resume(GuestStack stack, Context context, long memory, HostStep systemCall)
            throws Throwable {
        stack.begin();
        try {
            long result = 0;
            Throwable failure = null;
            try {
                result = stack.runHost(systemCall, steps);
            } catch (Throwable thrown) {
                failure = thrown;
            }
            for (int i = 0; i < steps.size(); i++) {
                SavedStep step = steps.get(i);
                if (failure != null && !step.catches()) {
                    continue; // it would throw it again at once
                }
                List<SavedStep> waiting = steps.subList(i + 1, steps.size());
                try {
                    if (step instanceof SavedFrame frame) {
                        stack.waiting(waiting);
                        result = frame.resume(result, failure, memory, context);
                    } else {
                        result = stack.handlerReturned(waiting);
                    }
                    failure = null;
                } catch (Throwable thrown) {
                    failure = thrown;
                }
            }
            if (failure != null) {
                throw failure;
            }
            return result;
        } finally {
            stack.end();
        }
    }
}
