/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

/**
 * Root of all exceptions of this module: an input (module, image, device tree, symbol file) does
 * not keep the contract. The message names the thing that is wrong; subclasses carry it as data.
 */
public abstract class AbiException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message what is wrong, with the offending value
     */
    protected AbiException(String message) {
        super(message);
    }

    /**
     * Creates an exception with the lower-level failure that led to it.
     *
     * @param message what is wrong, with the offending value
     * @param cause the lower-level failure
     */
    protected AbiException(String message, Throwable cause) {
        super(message, cause);
    }
}
