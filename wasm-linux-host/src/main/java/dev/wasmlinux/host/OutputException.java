/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host;

import java.io.IOException;

/** A command has ended, but what it wrote could not be passed on to a stream of the caller. */
public final class OutputException extends IOException {
    private static final long serialVersionUID = 1;

    private final transient WaitStatus status;

    /**
     * @param status how the command ended; its writes failed from the stream's failure on
     * @param cause what the stream threw
     */
    public OutputException(WaitStatus status, IOException cause) {
        super(cause.getMessage(), cause);
        this.status = status;
    }

    /** How the command ended. */
    public WaitStatus status() {
        return status;
    }
}
