/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * An immutable sequence of bytes, as names and link targets are in a cpio archive.
 *
 * <p>Linux gives names no character set; text in this library is UTF-8 only at the borders. Thread
 * safe.
 */
public final class ByteString implements Comparable<ByteString> {
    /** No bytes. */
    public static final ByteString EMPTY = new ByteString(new byte[0]);

    private final byte[] bytes;
    private int hash;

    private ByteString(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Returns the UTF-8 form of a text.
     *
     * @throws IllegalArgumentException if the text holds an unpaired surrogate
     */
    public static ByteString of(String text) {
        int length = text.length();
        byte[] ascii = new byte[length];
        int same = 0;
        while (same < length && text.charAt(same) < 0x80) {
            ascii[same] = (byte) text.charAt(same);
            same++;
        }
        if (same == length) {
            return new ByteString(ascii);
        }
        try {
            ByteBuffer encoded =
                    StandardCharsets.UTF_8
                            .newEncoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .encode(java.nio.CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return new ByteString(bytes);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("text has an unpaired surrogate", e);
        }
    }

    /** Returns a copy of the bytes. */
    public static ByteString of(byte[] bytes) {
        return new ByteString(bytes.clone());
    }

    /** Takes an array that nobody else will change. */
    static ByteString wrap(byte[] bytes) {
        return new ByteString(bytes);
    }

    /** Returns a copy of {@code bytes[from..to)}. */
    public static ByteString of(byte[] bytes, int from, int to) {
        Objects.checkFromToIndex(from, to, bytes.length);
        return new ByteString(Arrays.copyOfRange(bytes, from, to));
    }

    /** Number of bytes. */
    public int length() {
        return bytes.length;
    }

    /** The byte at an index, 0 to {@code length() - 1}. */
    public byte byteAt(int index) {
        return bytes[index];
    }

    /** Index of the first occurrence at or after {@code from}, or -1. */
    public int indexOf(int value, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == (byte) value) {
                return i;
            }
        }
        return -1;
    }

    /** Index of the first byte that differs from another string's, or -1 if they are equal. */
    int mismatch(ByteString other) {
        return Arrays.mismatch(bytes, other.bytes);
    }

    /** The bytes from an index, inclusive, to another, exclusive. */
    public ByteString substring(int from, int to) {
        return from == 0 && to == bytes.length ? this : of(bytes, from, to);
    }

    /** The parts between slashes, empty ones and {@code .} left out, {@code ..} kept. */
    public List<ByteString> pathComponents() {
        List<ByteString> parts = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            int slash = indexOf('/', at);
            int end = slash < 0 ? bytes.length : slash;
            if (end > at && !(end == at + 1 && bytes[at] == '.')) {
                parts.add(substring(at, end));
            }
            at = end + 1;
        }
        return parts;
    }

    /** A copy of the bytes. */
    public byte[] toByteArray() {
        return bytes.clone();
    }

    /** Copies all bytes into an array at an offset. */
    public void copyTo(byte[] target, int offset) {
        System.arraycopy(bytes, 0, target, offset, bytes.length);
    }

    /** Writes all bytes. */
    public void writeTo(OutputStream out) throws java.io.IOException {
        out.write(bytes);
    }

    /** Whether the bytes are well-formed UTF-8. */
    public boolean isUtf8() {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Orders by unsigned bytes, a prefix first. */
    @Override
    public int compareTo(ByteString other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ByteString that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        int h = hash;
        if (h == 0) {
            h = Arrays.hashCode(bytes);
            hash = h;
        }
        return h;
    }

    /**
     * A text for people on one line: UTF-8 where the bytes are well-formed, otherwise Latin letters
     * and {@code \xHH}; control characters and the backslash are always escaped.
     */
    @Override
    public String toString() {
        boolean utf8 = isUtf8();
        String text =
                new String(bytes, utf8 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        StringBuilder out = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain =
                    c >= ' ' && c != 0x7f && c != '\\' && (utf8 ? c < 0x80 || c > 0x9f : c < 0x80);
            if (plain && out == null) {
                continue;
            }
            if (out == null) {
                out = new StringBuilder(text.substring(0, i));
            }
            if (plain) {
                out.append(c);
            } else if (c == '\\') {
                out.append("\\\\");
            } else {
                out.append("\\x").append(HexFormat.of().toHexDigits((byte) c));
            }
        }
        return out == null ? text : out.toString();
    }
}
