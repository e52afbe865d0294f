/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

/**
 * A value that a frame needs to go on.
 *
 * @param position index of the local variable, or of the operand counted in slots from the bottom
 * @param kind what it is
 * @param type internal name of a reference's class, else null
 */
record Slot(int position, ValueKind kind, String type) {}
