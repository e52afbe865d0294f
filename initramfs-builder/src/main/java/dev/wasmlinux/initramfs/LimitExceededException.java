/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

/** Input that asks for more than the reader was told to give: entries, bytes, memory. */
public final class LimitExceededException extends InitramfsException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message which limit, its value and what asked for more
     */
    public LimitExceededException(String message) {
        super(message, null);
    }
}
