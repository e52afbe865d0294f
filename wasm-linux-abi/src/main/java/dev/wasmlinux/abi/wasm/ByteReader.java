/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.wasm;

import dev.wasmlinux.abi.wasm.ModuleFormatException.Kind;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * A cursor over a range of a module. Every read is checked against the end of the range, and every
 * error carries the offset in the whole module. Not thread safe.
 */
final class ByteReader {

    private final byte[] bytes;
    private final int end;
    private final String where;
    private int position;

    ByteReader(byte[] bytes, int start, int end, String where) {
        this.bytes = bytes;
        this.position = start;
        this.end = end;
        this.where = where;
    }

    int position() {
        return position;
    }

    int remaining() {
        return end - position;
    }

    /** A reader over the next {@code length} bytes, which this reader skips. */
    ByteReader slice(int length, String what) {
        int start = position;
        skip(length);
        return new ByteReader(bytes, start, start + length, what);
    }

    void skip(long length) {
        if (length < 0 || length > remaining()) {
            throw truncated(length);
        }
        position += (int) length;
    }

    int u8() {
        if (position >= end) {
            throw truncated(1);
        }
        return bytes[position++] & 0xff;
    }

    int fixed32() {
        int at = position;
        skip(4);
        return (bytes[at] & 0xff)
                | (bytes[at + 1] & 0xff) << 8
                | (bytes[at + 2] & 0xff) << 16
                | (bytes[at + 3] & 0xff) << 24;
    }

    /** An unsigned 32-bit LEB128 number, as 0..2^32-1. */
    long u32() {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            int at = position;
            int next = u8();
            if (shift == 28 && (next & 0xf0) != 0) {
                throw malformed(at, "number does not fit 32 bits");
            }
            value |= (long) (next & 0x7f) << shift;
            if ((next & 0x80) == 0) {
                return value;
            }
        }
        throw malformed(position, "number does not fit 32 bits");
    }

    /** An unsigned 64-bit LEB128 number, as its bits. */
    long u64() {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int at = position;
            int next = u8();
            if (shift == 63 && (next & 0xfe) != 0) {
                throw malformed(at, "number does not fit 64 bits");
            }
            value |= (long) (next & 0x7f) << shift;
            if ((next & 0x80) == 0) {
                return value;
            }
        }
        throw malformed(position, "number does not fit 64 bits");
    }

    /** A signed LEB128 number of at most {@code bits} bits (33 for block types, 32, 64). */
    long signed(int bits) {
        long value = 0;
        int shift = 0;
        while (true) {
            int at = position;
            int next = u8();
            value |= (long) (next & 0x7f) << shift;
            int used = bits - shift;
            if (used < 7) {
                // The bits beyond the value must all repeat its sign.
                int high = (next << 25) >> (25 + used - 1);
                if ((next & 0x80) != 0 || (high != 0 && high != -1)) {
                    throw malformed(at, "number does not fit " + bits + " bits");
                }
            }
            shift += 7;
            if ((next & 0x80) == 0) {
                return shift < 64 ? value << (64 - shift) >> (64 - shift) : value;
            }
            if (shift >= bits) {
                throw malformed(at, "number does not fit " + bits + " bits");
            }
        }
    }

    /**
     * The element count of a vector. Every element takes at least one byte, so a count beyond the
     * rest of the range is refused before anything is allocated for it.
     */
    int count(String what) {
        int at = position;
        long count = u32();
        if (count > remaining()) {
            throw new ModuleFormatException(
                    Kind.MALFORMED,
                    at,
                    where + ": " + count + " " + what + " cannot fit in " + remaining() + " bytes");
        }
        return (int) count;
    }

    /** The element count of a vector that may have at most {@code limit} elements. */
    int count(String what, int limit) {
        int at = position;
        int count = count(what);
        if (count > limit) {
            throw unsupported(at, count + " " + what + ", the limit is " + limit);
        }
        return count;
    }

    /** An index that must be below {@code bound}. */
    int index(String what, int bound) {
        int at = position;
        long index = u32();
        if (index >= bound) {
            throw malformed(at, what + " index " + index + " is not below " + bound);
        }
        return (int) index;
    }

    String name() {
        int at = position;
        int length = count("name bytes");
        int start = position;
        skip(length);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, start, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw malformed(at, "name is not UTF-8");
        }
    }

    void expectEnd() {
        if (remaining() != 0) {
            throw malformed(position, remaining() + " bytes left over");
        }
    }

    ModuleFormatException malformed(int at, String reason) {
        return new ModuleFormatException(Kind.MALFORMED, at, where + ": " + reason);
    }

    ModuleFormatException unsupported(int at, String reason) {
        return new ModuleFormatException(Kind.UNSUPPORTED, at, where + ": " + reason);
    }

    private ModuleFormatException truncated(long wanted) {
        // Inside a section that is all there, the numbers contradict each other.
        return new ModuleFormatException(
                end == bytes.length ? Kind.TRUNCATED : Kind.MALFORMED,
                position,
                where + ": ends here, " + wanted + " more bytes wanted, " + remaining() + " left");
    }
}
