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
    private final List<SavedFrame> frames;

    CapturedFrames(List<SavedFrame> frames) {
        this.frames = List.copyOf(frames);
    }

    /** Number of frames that will be resumed. */
    public int size() {
        return frames.size();
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
     * @param systemCallResult what the system call returns here
     * @return raw bits of what the outermost frame returned, 0 if nothing; an {@code int} is sign
     *     extended
     * @throws IllegalStateException if frames are being resumed on {@code stack} already
     * @throws Throwable whatever leaves the outermost frame
     */
    public long resume(GuestStack stack, Context context, long memory, int systemCallResult)
            throws Throwable {
        stack.begin();
        try {
            long result = systemCallResult;
            Throwable failure = null;
            for (int i = 0; i < frames.size(); i++) {
                SavedFrame frame = frames.get(i);
                if (failure != null && !frame.catches()) {
                    continue; // the frame would throw it again at once
                }
                stack.waiting(frames.subList(i + 1, frames.size()));
                try {
                    result = frame.resume(result, failure, memory, context);
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
