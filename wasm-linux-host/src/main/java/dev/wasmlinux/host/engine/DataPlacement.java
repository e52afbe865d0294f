/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import java.nio.ByteBuffer;
import java.util.Objects;

/** Initial bytes of memory: what the host writes before the module runs. Immutable. */
public final class DataPlacement {
    private final int address;
    private final byte[] bytes;

    DataPlacement(int address, byte[] bytes) {
        this.address = address;
        this.bytes = Objects.requireNonNull(bytes);
    }

    /** Guest address of the first byte. */
    public int address() {
        return address;
    }

    /** Number of bytes. */
    public int length() {
        return bytes.length;
    }

    /** The bytes, as a read-only buffer of its own position. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }
}
