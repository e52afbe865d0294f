/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork.guest;

/** The exception of a longjmp. */
public final class Jump extends RuntimeException {
    private static final long serialVersionUID = 1;

    final int value;

    Jump(int value) {
        super(null, null, false, false);
        this.value = value;
    }
}
