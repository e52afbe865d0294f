/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

/** Bytes that are not what the format asks for. */
public final class MalformedImageException extends InitramfsException {
    private static final long serialVersionUID = 1L;

    private final long offset;

    /**
     * @param offset where in the image file, in bytes, or -1 if unknown
     * @param message what was found and what was expected
     */
    public MalformedImageException(long offset, String message) {
        this(offset, message, null);
    }

    /**
     * @param offset where in the image file, in bytes, or -1 if unknown
     * @param message what was found and what was expected
     * @param cause the decoder's own failure, may be null
     */
    public MalformedImageException(long offset, String message, Throwable cause) {
        super(offset < 0 ? message : "at offset " + offset + ": " + message, cause);
        this.offset = offset;
    }

    /** Offset in the image file in bytes, or -1. */
    public long offset() {
        return offset;
    }
}
