/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

/**
 * A compression setting that no kernel unpacks, or that this installation cannot produce or read.
 */
public final class UnsupportedCompressionException extends InitramfsException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message the setting, why it is refused and what to use instead
     */
    public UnsupportedCompressionException(String message) {
        super(message, null);
    }
}
