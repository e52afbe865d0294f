/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import java.util.List;
import org.objectweb.asm.Type;

/**
 * A call in compiled guest code at which a frame may be captured: of the module's own classes, of
 * the host, or a poll.
 *
 * @param index number of the site in its method, in code order
 * @param offset bytecode offset of the call
 * @param callee "class.method" if the call can only go there, else null
 * @param kind what is called
 * @param tail whether the method returns the call's result at once: such a frame need not be
 *     resumed
 * @param result type of the call's result
 * @param locals local variables that are live behind the call or in a handler
 * @param kept operands below the call's arguments
 * @param unsupported why a frame cannot be resumed here, or null
 */
record CallSite(
        int index,
        int offset,
        String callee,
        Kind kind,
        boolean tail,
        Type result,
        List<Slot> locals,
        List<Slot> kept,
        String unsupported) {

    /** What is called. */
    enum Kind {
        GUEST,
        SYSTEM_CALL,
        /** A look at the attention word, at which a signal handler may run. */
        POLL
    }

    /** Whether a resume variant begins here. */
    boolean isResumable(boolean polls) {
        return !tail && unsupported == null && (polls || kind != Kind.POLL);
    }

    /** Number of slots of the kept operands. */
    int keptSlots() {
        int slots = 0;
        for (Slot slot : kept) {
            slots += slot.kind().size();
        }
        return slots;
    }
}
