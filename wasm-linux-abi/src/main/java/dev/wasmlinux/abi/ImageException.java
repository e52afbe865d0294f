/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

/**
 * A file is not a kernel image or a user program that this host can run. The message names the
 * thing that is wrong and the remedy.
 */
public final class ImageException extends AbiException {

    private static final long serialVersionUID = 1L;

    /** Why a file is refused. */
    public enum Reason {
        /** It is not WebAssembly at all. */
        NOT_WASM,
        /** It is WebAssembly that was cut short. */
        TRUNCATED,
        /** It breaks the binary format. */
        MALFORMED,
        /** It uses a WebAssembly feature that this system does not. */
        UNSUPPORTED,
        /** It is WebAssembly, but not made for this system. */
        FOREIGN,
        /** It follows a newer version of the contract. */
        NEWER_ABI,
        /** It wants a function, memory or other thing that the host does not offer. */
        UNKNOWN_IMPORT,
        /** It does not import something that it must. */
        MISSING_IMPORT,
        /** An import has another type than the host offers. */
        IMPORT_TYPE,
        /** It does not export something that it must. */
        MISSING_EXPORT,
        /** An export has another type than the host expects. */
        EXPORT_TYPE,
        /** Its memory is not shared, too large or otherwise not as the contract says. */
        MEMORY,
        /** It has no, several or too large tables, or elements outside. */
        TABLE,
        /** Its code changes a table at run time. */
        TABLE_CHANGE,
        /** A function is larger than the engine compiles. */
        FUNCTION_TOO_LARGE,
        /** The file is larger than the limit. */
        FILE_TOO_LARGE,
        /** Its static image does not lie where it must. */
        LAYOUT
    }

    private final Reason reason;
    private final String subject;

    /**
     * Creates an exception.
     *
     * @param reason the class of the error
     * @param subject the thing that is wrong, for example the name of an import, or empty
     * @param message what is wrong with it, and the remedy
     */
    public ImageException(Reason reason, String subject, String message) {
        super(message);
        this.reason = reason;
        this.subject = subject;
    }

    /**
     * Creates an exception for a format error.
     *
     * @param reason the class of the error
     * @param message what is wrong, and the remedy
     * @param cause the format error
     */
    public ImageException(Reason reason, String message, AbiException cause) {
        super(message, cause);
        this.reason = reason;
        this.subject = "";
    }

    /**
     * The class of the error.
     *
     * @return never null
     */
    public Reason reason() {
        return reason;
    }

    /**
     * The thing that is wrong.
     *
     * @return for example the name of an import; empty if it is the whole file
     */
    public String subject() {
        return subject;
    }
}
