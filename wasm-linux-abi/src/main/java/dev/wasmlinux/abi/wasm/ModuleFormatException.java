/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.wasm;

import dev.wasmlinux.abi.AbiException;

/** A byte sequence is not a WebAssembly module that this reader understands. */
public final class ModuleFormatException extends AbiException {

    private static final long serialVersionUID = 1L;

    /** The broad class of a format error, so that callers can answer differently. */
    public enum Kind {
        /** The bytes do not begin with the magic number of WebAssembly. */
        NOT_WASM,
        /** The bytes end inside the header, a section or an item. */
        TRUNCATED,
        /** A value breaks the binary format. */
        MALFORMED,
        /** Valid WebAssembly perhaps, but a feature that this system does not use. */
        UNSUPPORTED
    }

    private final Kind kind;
    private final int offset;
    private final String reason;

    /**
     * Creates an exception.
     *
     * @param kind the class of the error
     * @param offset byte offset from the start of the module, where the error was seen
     * @param reason what is wrong, without the offset
     */
    public ModuleFormatException(Kind kind, int offset, String reason) {
        super("WebAssembly module, offset 0x" + Integer.toHexString(offset) + ": " + reason);
        this.kind = kind;
        this.offset = offset;
        this.reason = reason;
    }

    /**
     * The class of the error.
     *
     * @return never null
     */
    public Kind kind() {
        return kind;
    }

    /**
     * Where the error was seen.
     *
     * @return byte offset from the start of the module
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
