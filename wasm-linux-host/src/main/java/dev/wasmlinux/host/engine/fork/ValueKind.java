/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import org.objectweb.asm.Opcodes;

/** What a slot of a frame holds, and how a resume variant gets it back. */
enum ValueKind {
    INT(1, Opcodes.ISTORE),
    LONG(2, Opcodes.LSTORE),
    FLOAT(1, Opcodes.FSTORE),
    DOUBLE(2, Opcodes.DSTORE),
    /** An immutable object, or an array that is copied. */
    REFERENCE(1, Opcodes.ASTORE),
    /** The memory base; never the frame's own, always that of who resumes it. */
    MEMORY(2, Opcodes.LSTORE),
    /** The context; likewise. */
    CONTEXT(1, Opcodes.ASTORE);

    private final int size;
    private final int store;

    ValueKind(int size, int store) {
        this.size = size;
        this.store = store;
    }

    /** Slots, 1 or 2. */
    int size() {
        return size;
    }

    /** The instruction that stores it in a local variable. */
    int store() {
        return store;
    }

    /** Whether the value comes from whoever resumes the frame. */
    boolean isSupplied() {
        return this == MEMORY || this == CONTEXT;
    }
}
