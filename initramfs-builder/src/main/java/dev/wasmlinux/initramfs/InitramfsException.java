/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

/**
 * Root of everything this library refuses.
 *
 * <p>Failures of the file system or of a stream stay {@link java.io.IOException}; a subclass of
 * this type always means that the data or the request is at fault.
 */
public abstract sealed class InitramfsException extends RuntimeException
        permits InvalidEntryException,
                ContentChangedException,
                UnsupportedCompressionException,
                MalformedImageException,
                LimitExceededException,
                ListSyntaxException,
                UnsafeExtractionException {
    private static final long serialVersionUID = 1L;

    InitramfsException(String message, Throwable cause) {
        super(message, cause);
    }
}
