/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.devicetree;

import dev.wasmlinux.abi.AbiException;

/** A byte sequence is not a valid flattened device tree. */
public final class DeviceTreeException extends AbiException {

    private static final long serialVersionUID = 1L;

    private final int offset;
    private final String reason;

    /**
     * Creates an exception.
     *
     * @param offset byte offset from the start of the blob, where the error was seen
     * @param reason what is wrong, without the offset
     */
    public DeviceTreeException(int offset, String reason) {
        super("device tree, offset 0x" + Integer.toHexString(offset) + ": " + reason);
        this.offset = offset;
        this.reason = reason;
    }

    /**
     * Where the error was seen.
     *
     * @return byte offset from the start of the blob
     */
    public int offset() {
        return offset;
    }

    /**
     * What is wrong, without the offset.
     *
     * @return never null
     */
    public String reason() {
        return reason;
    }
}
