/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

/**
 * One Java frame as the JVM gave it.
 *
 * @param owner declaring class
 * @param method method name
 * @param offset bytecode offset of the call that the frame is in
 * @param locals local variables by slot, opaque; see {@link FrameReader#bits}
 * @param operands operand stack by slot from the bottom, opaque
 */
record JavaFrame(Class<?> owner, String method, int offset, Object[] locals, Object[] operands) {
    @Override
    public String toString() {
        return owner.getSimpleName() + "." + method + "@" + offset;
    }
}
