/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.device;

/** A line from a device to the guest's interrupt controller. */
@FunctionalInterface
public interface InterruptLine {

    /**
     * Raises the line. The guest takes it once for one or more calls. Called by any thread, with no
     * lock of the device held; must not block.
     */
    void raise();
}
