/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import java.nio.ByteBuffer;
import java.util.Objects;

/** Initial bytes of memory: what the host writes before the module runs. Immutable. */
public final class DataPlacement {
    private final int address;
    private final int segment;
    private final int offset;
    private final int length;
    private final byte[] bytes;

    /** Bytes {@code [offset, offset + length)} of a data segment with the given contents. */
    DataPlacement(int address, int segment, byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        this.address = address;
        this.segment = segment;
        this.bytes = bytes;
        this.offset = offset;
        this.length = length;
    }

    /** Guest address of the first byte. */
    public int address() {
        return address;
    }

    /** Number of bytes. */
    public int length() {
        return length;
    }

    /** The bytes, as a read-only buffer of its own position. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes, offset, length).slice().asReadOnlyBuffer();
    }

    int segment() {
        return segment;
    }

    int offset() {
        return offset;
    }
}
