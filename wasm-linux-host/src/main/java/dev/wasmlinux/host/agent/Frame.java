/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.agent;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A message on the control port: u32 little-endian length of the payload, u8 type, payload.
 *
 * @param type one of the constants
 * @param payload what follows the type
 */
record Frame(int type, byte[] payload) {
    static final int EXEC = 0x01;
    static final int SIGNAL = 0x02;
    static final int POWER_OFF = 0x03;
    static final int HELLO = 0x80;
    static final int STARTED = 0x81;
    static final int FAILED = 0x82;
    static final int EXITED = 0x83;

    /** Largest payload that either side sends. */
    static final int MAX_PAYLOAD = 1 << 20;

    /**
     * Reads the next frame.
     *
     * @throws EOFException if the port was closed between frames or within one
     * @throws IOException if the guest claims a length beyond {@link #MAX_PAYLOAD}
     */
    static Frame read(InputStream in) throws IOException {
        DataInputStream data = new DataInputStream(in);
        int length = Integer.reverseBytes(data.readInt());
        if (length < 0 || length > MAX_PAYLOAD) {
            throw new IOException("the agent sent a frame of " + (length & 0xffffffffL) + " bytes");
        }
        int type = data.readUnsignedByte();
        byte[] payload = new byte[length];
        data.readFully(payload);
        return new Frame(type, payload);
    }

    /** The frame as it goes over the port. */
    byte[] toBytes() {
        return ByteBuffer.allocate(5 + payload.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(payload.length)
                .put((byte) type)
                .put(payload)
                .array();
    }

    /**
     * A number in the payload.
     *
     * @throws IOException if the payload ends before it
     */
    int word(int offset) throws IOException {
        if (offset < 0 || offset > payload.length - 4) {
            throw new IOException(
                    String.format("the agent sent frame 0x%x with %d bytes", type, payload.length));
        }
        return ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).getInt(offset);
    }

    /**
     * A string in the payload: u32 length and bytes.
     *
     * @throws IOException if the payload ends within it
     */
    String string(int offset) throws IOException {
        int length = word(offset);
        if (length < 0 || length > payload.length - offset - 4) {
            throw new IOException(String.format("the agent sent frame 0x%x cut short", type));
        }
        return new String(payload, offset + 4, length, StandardCharsets.UTF_8);
    }
}
