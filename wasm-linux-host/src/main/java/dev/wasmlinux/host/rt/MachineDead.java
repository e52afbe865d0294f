/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.rt;

/**
 * Unwinds a thread of a machine that has ended. Thrown by the poll of compiled kernel code when the
 * dead word is set; it has no stack trace and is shared.
 */
public final class MachineDead extends RuntimeException {
    /** The only instance. */
    public static final MachineDead INSTANCE = new MachineDead();

    private static final long serialVersionUID = 1L;

    private MachineDead() {
        super("the machine has ended", null, false, false);
    }
}
