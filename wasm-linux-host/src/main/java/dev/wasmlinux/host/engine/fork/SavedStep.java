/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

/** One thing that a resumed stack does when what it waits for is done. Immutable. */
sealed interface SavedStep permits SavedFrame, SavedStep.HandlerReturn {
    /** Whether it does anything if what it waits for throws. */
    boolean catches();

    /** The frames above were those of a signal handler, which returns to the host. */
    enum HandlerReturn implements SavedStep {
        INSTANCE;

        @Override
        public boolean catches() {
            return false; // a jump out of a handler leaves the host's frames behind
        }
    }
}
