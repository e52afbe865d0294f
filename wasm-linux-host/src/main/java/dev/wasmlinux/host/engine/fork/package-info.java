/*
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Real {@code fork()}: the Java frames of compiled guest code are read where they are and go on a
 * second time on another thread.
 *
 * <p>Compiled code is not instrumented and costs nothing until a program forks. {@link
 * dev.wasmlinux.host.engine.fork.FrameCapture} then reads locals and operands of the calling
 * thread's guest frames, which HotSpot can give for every call site because it must be able to
 * deoptimise there. The child runs <em>resume variants</em> of just those functions: copies that
 * begin behind the call where the frame was, one after the other, the innermost first.
 *
 * <p>A signal handler's frames are followed by what the host does behind a handler; see {@link
 * dev.wasmlinux.host.engine.fork.GuestStack}.
 */
package dev.wasmlinux.host.engine.fork;
