/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host;

import java.util.OptionalInt;

/**
 * How a command ended, as wait(2) tells it.
 *
 * @param raw the status word
 */
public record WaitStatus(int raw) {
    /** The exit status, 0 to 255, if the command exited. */
    public OptionalInt exitCode() {
        return signalNumber() == 0 ? OptionalInt.of(raw >> 8 & 0xff) : OptionalInt.empty();
    }

    /** The signal that killed the command, if one did. */
    public OptionalInt signal() {
        return signalNumber() == 0 ? OptionalInt.empty() : OptionalInt.of(signalNumber());
    }

    /** One number as shells give it: the exit status, or 128 plus the signal. */
    public int shellStatus() {
        return signalNumber() == 0 ? raw >> 8 & 0xff : 128 + signalNumber();
    }

    private int signalNumber() {
        return raw & 0x7f;
    }
}
