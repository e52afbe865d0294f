/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.archive;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads POSIX (ustar, pax) and GNU tar archives entry by entry. Names are byte strings. Each entry
 * remembers its headers as they stood there, so that it can be copied unchanged.
 */
public final class TarReader {
    static final int BLOCK = 512;
    private static final int LONGEST_NAME = 1 << 16;

    /** What an entry is. */
    public enum Kind {
        /** A regular file. */
        FILE,
        /** A directory. */
        DIRECTORY,
        /** A symbolic link. */
        SYMLINK,
        /** Another name of a file that stands earlier in the archive. */
        HARD_LINK,
        /** A device or a pipe. */
        SPECIAL,
        /** Settings for all entries that follow; no part of the tree. */
        GLOBAL
    }

    /**
     * Whose a file is.
     *
     * @param user the number of the user
     * @param group the number of the group
     * @param userName the user's name, or empty
     * @param groupName the group's name, or empty
     */
    public record Owner(long user, long group, String userName, String groupName) {}

    /**
     * One entry.
     *
     * @param name its name as it stands there, without slashes at its end
     * @param kind what it is
     * @param link where a link leads
     * @param size the length of the content that follows, in bytes
     * @param mode permission bits
     * @param seconds time of the last change, in seconds since 1970
     * @param owner whose it is
     * @param headers its headers as they stand in the archive
     */
    public record Entry(
            String name,
            Kind kind,
            String link,
            long size,
            int mode,
            long seconds,
            Owner owner,
            byte[] headers) {
        /** Whether the owner may execute it. */
        public boolean executable() {
            return (mode & 0100) != 0;
        }
    }

    private final InputStream in;
    private final byte[] header = new byte[BLOCK];
    private final byte[] buffer = new byte[1 << 13];
    private long contentLeft;
    private int padding;
    private boolean some;

    /** Begins to read; the stream is not compressed, and stays open. */
    public TarReader(InputStream in) {
        this.in = in;
    }

    /**
     * Goes to the next entry; what is left of the content of the one before is skipped.
     *
     * @return null at the end
     * @throws IOException if the archive is damaged, cut short or empty, or an entry is of a kind
     *     that no source archive has
     */
    public Entry next() throws IOException {
        in.skipNBytes(contentLeft + padding);
        contentLeft = 0;
        padding = 0;
        ByteArrayOutputStream headers = new ByteArrayOutputStream();
        Map<String, String> extended = new HashMap<>();
        while (fill()) {
            checkSum();
            headers.writeBytes(header);
            long size = number(124, 12);
            char type = (char) header[156];
            switch (type) {
                case 'L' -> extended.put("path", withoutNul(text(size, headers)));
                case 'K' -> extended.put("linkpath", withoutNul(text(size, headers)));
                case 'x' -> extended.putAll(pax(text(size, headers)));
                default -> {
                    return entry(type, size, extended, headers.toByteArray());
                }
            }
        }
        if (!some) {
            throw new IOException("the archive is empty");
        }
        return null;
    }

    private Entry entry(char type, long headerSize, Map<String, String> extended, byte[] headers)
            throws IOException {
        String name = extended.getOrDefault("path", name());
        Kind kind =
                switch (type) {
                    case '0', '\0', '7' -> name.endsWith("/") ? Kind.DIRECTORY : Kind.FILE;
                    case '1' -> Kind.HARD_LINK;
                    case '2' -> Kind.SYMLINK;
                    case '3', '4', '6' -> Kind.SPECIAL;
                    case '5' -> Kind.DIRECTORY;
                    case 'g' -> Kind.GLOBAL;
                    default -> throw new IOException("tar entries of type '" + type + "': " + name);
                };
        if (extended.keySet().stream().anyMatch(key -> key.startsWith("GNU.sparse"))) {
            throw new IOException("sparse files in tar archives are not supported: " + name);
        }
        long size = decimal(extended, "size", headerSize);
        contentLeft = kind == Kind.FILE || kind == Kind.GLOBAL ? size : 0;
        padding = (int) (-contentLeft & BLOCK - 1);
        while (name.length() > 1 && name.endsWith("/")) {
            name = name.substring(0, name.length() - 1);
        }
        return new Entry(
                name,
                kind,
                extended.getOrDefault("linkpath", string(157, 100)),
                contentLeft,
                (int) number(100, 8) & 07777,
                decimal(extended, "mtime", number(136, 12)),
                new Owner(
                        decimal(extended, "uid", number(108, 8)),
                        decimal(extended, "gid", number(116, 8)),
                        extended.getOrDefault("uname", string(265, 32)),
                        extended.getOrDefault("gname", string(297, 32))),
                headers);
    }

    /** Writes the content of the current entry; possible once. */
    public void copyContent(OutputStream out) throws IOException {
        while (contentLeft > 0) {
            int n = in.read(buffer, 0, (int) Math.min(buffer.length, contentLeft));
            if (n < 0) {
                throw new EOFException("the archive is cut short");
            }
            out.write(buffer, 0, n);
            contentLeft -= n;
        }
    }

    private boolean fill() throws IOException {
        int n = in.readNBytes(header, 0, BLOCK);
        if (n == 0 && some) {
            return false;
        }
        if (n < BLOCK) {
            throw new EOFException("the archive is cut short");
        }
        for (byte b : header) {
            if (b != 0) {
                some = true;
                return true;
            }
        }
        return false;
    }

    private void checkSum() throws IOException {
        long sum = 8 * ' ';
        for (int i = 0; i < BLOCK; i++) {
            sum += i < 148 || i >= 156 ? header[i] & 0xff : 0;
        }
        if (sum != number(148, 8)) {
            throw new IOException("not a tar archive, or damaged: a header has a wrong sum");
        }
    }

    private long number(int offset, int length) throws IOException {
        if ((header[offset] & 0x80) != 0) {
            long value = header[offset] & 0x3f;
            for (int i = 1; i < length; i++) {
                value = value << 8 | header[offset + i] & 0xff;
            }
            return checked(value, "a number");
        }
        String digits = string(offset, length).strip();
        if (!digits.matches("[0-7]*")) {
            throw new IOException("damaged number in a tar header: " + digits);
        }
        return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    }

    private static long decimal(Map<String, String> extended, String key, long otherwise)
            throws IOException {
        String value = extended.get(key);
        if (value == null) {
            return otherwise;
        }
        if (!value.matches("-?[0-9]{1,18}(\\.[0-9]*)?")) {
            throw new IOException("damaged " + key + " in a pax header: " + value);
        }
        long number = Long.parseLong(value.replaceFirst("\\..*", ""));
        return key.equals("mtime") ? number : checked(number, key);
    }

    private static long checked(long value, String what) throws IOException {
        if (value < 0 || value > 1L << 56) {
            throw new IOException(what + " in a tar header is out of range: " + value);
        }
        return value;
    }

    private String string(int offset, int length) {
        int end = offset;
        while (end < offset + length && header[end] != 0) {
            end++;
        }
        return new String(header, offset, end - offset, StandardCharsets.ISO_8859_1);
    }

    private String name() {
        String name = string(0, 100);
        // Only POSIX headers have a prefix; GNU's use the place otherwise.
        boolean posix = header[262] == 0 && string(257, 5).equals("ustar");
        String prefix = posix ? string(345, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private byte[] text(long size, ByteArrayOutputStream headers) throws IOException {
        if (size > LONGEST_NAME) {
            throw new IOException("an extended tar header of " + size + " bytes");
        }
        int padded = (int) (size + BLOCK - 1 & -BLOCK);
        byte[] bytes = in.readNBytes(padded);
        if (bytes.length < padded) {
            throw new EOFException("the archive is cut short");
        }
        headers.writeBytes(bytes);
        return java.util.Arrays.copyOf(bytes, (int) size);
    }

    private static String withoutNul(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return text.endsWith("\0") ? text.substring(0, text.length() - 1) : text;
    }

    private static Map<String, String> pax(byte[] bytes) throws IOException {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        Map<String, String> records = new HashMap<>();
        int position = 0;
        while (position < text.length()) {
            int space = text.indexOf(' ', position);
            String digits = space < 0 ? "" : text.substring(position, space);
            int length = digits.matches("[0-9]{1,6}") ? Integer.parseInt(digits) : 0;
            int end = position + length;
            int equals = text.indexOf('=', Math.max(space, 0));
            if (length == 0 || end > text.length() || equals < 0 || equals >= end) {
                throw new IOException("damaged pax header");
            }
            records.put(text.substring(space + 1, equals), text.substring(equals + 1, end - 1));
            position = end;
        }
        return records;
    }
}
