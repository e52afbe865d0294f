/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.source;

import dev.wasmlinux.initramfs.ByteString;
import dev.wasmlinux.initramfs.LimitExceededException;
import dev.wasmlinux.initramfs.MalformedImageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Entries of a tar archive with names as bytes: ustar, pax (POSIX.1-2001) and the GNU forms of long
 * names and large numbers. Sparse files are refused.
 */
final class TarReader {
    private static final int BLOCK = 512;
    private static final int MAX_TEXT = 1 << 20;

    /** The pax records that matter; others are not kept, as there may be any number of them. */
    private static final Set<String> USED =
            Set.of("path", "linkpath", "size", "uid", "gid", "mtime");

    /**
     * What a header says.
     *
     * @param name name as it stands
     * @param type type flag; {@code '0'} for all kinds of regular files
     * @param link link target as it stands
     */
    record Header(
            ByteString name,
            char type,
            ByteString link,
            int mode,
            long uid,
            long gid,
            long modified,
            long size,
            long major,
            long minor) {}

    private final InputStream in;
    private final byte[] block = new byte[BLOCK];
    private final Map<String, ByteString> global = new HashMap<>();
    private long position;
    private long left;
    private long padding;

    TarReader(InputStream in) {
        this.in = in;
    }

    /** The next entry, or null at the end. */
    Header next() throws IOException {
        skip(left + padding);
        left = 0;
        padding = 0;
        Map<String, ByteString> pax = new HashMap<>(global);
        ByteString longName = null;
        ByteString longLink = null;
        while (readBlock()) {
            if (isZero()) {
                // Two such blocks end an archive, but one is all that some writers leave.
                continue;
            }
            verify();
            char type = (char) (block[156] & 0xff);
            long size = number(124, 12);
            switch (type) {
                case 'x' -> parsePax(text(size), pax);
                case 'g' -> {
                    parsePax(text(size), global);
                    pax.putAll(global);
                }
                case 'L' -> longName = untilNul(text(size));
                case 'K' -> longLink = untilNul(text(size));
                case 'S' -> throw malformed("a sparse file, which is not supported");
                default -> {
                    return header(type, size, pax, longName, longLink);
                }
            }
        }
        return null;
    }

    /** The body of the entry that {@link #next} gave last. */
    InputStream content() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int from, int length) throws IOException {
                if (length == 0) {
                    return 0;
                }
                if (left == 0) {
                    return -1;
                }
                int got = in.read(target, from, (int) Math.min(length, left));
                if (got < 0) {
                    throw malformed("ends inside a file");
                }
                left -= got;
                position += got;
                return got;
            }
        };
    }

    private Header header(
            char flag,
            long ustarSize,
            Map<String, ByteString> pax,
            ByteString longName,
            ByteString longLink) {
        if (pax.containsKey("GNU.sparse")) {
            throw malformed("a sparse file, which is not supported");
        }
        ByteString name = pax.getOrDefault("path", longName);
        if (name == null) {
            ByteString prefix = isUstar() ? field(345, 155) : ByteString.EMPTY;
            name = field(0, 100);
            if (prefix.length() > 0) {
                byte[] joined = new byte[prefix.length() + 1 + name.length()];
                prefix.copyTo(joined, 0);
                joined[prefix.length()] = '/';
                name.copyTo(joined, prefix.length() + 1);
                name = ByteString.of(joined);
            }
        }
        ByteString link = pax.getOrDefault("linkpath", longLink);
        if (link == null) {
            link = field(157, 100);
        }
        long size = paxNumber(pax, "size", ustarSize);
        char type = flag == 0 || flag == '7' ? '0' : flag;
        if (type == '0' && name.length() > 0 && name.byteAt(name.length() - 1) == '/') {
            type = '5';
        }
        boolean body = type == '0' || "12345".indexOf(type) < 0;
        left = body ? size : 0;
        if (left < 0 || left > Long.MAX_VALUE - BLOCK) {
            throw malformed("a file of " + left + " bytes");
        }
        padding = -left & BLOCK - 1;
        return new Header(
                name,
                type,
                link,
                (int) (number(100, 8) & 07777),
                paxNumber(pax, "uid", number(108, 8)),
                paxNumber(pax, "gid", number(116, 8)),
                paxNumber(pax, "mtime", number(136, 12)),
                size,
                number(329, 8),
                number(337, 8));
    }

    private long paxNumber(Map<String, ByteString> pax, String key, long otherwise) {
        ByteString value = pax.get(key);
        if (value == null) {
            return otherwise;
        }
        String text = value.toString();
        int dot = text.indexOf('.');
        try {
            return Long.parseLong(dot < 0 ? text : text.substring(0, dot));
        } catch (NumberFormatException e) {
            throw malformed("pax " + key + " '" + text + "' is no number");
        }
    }

    private void parsePax(byte[] text, Map<String, ByteString> into) {
        int at = 0;
        while (at < text.length && text[at] != 0) {
            int blank = at;
            int length = 0;
            while (blank < text.length
                    && text[blank] >= '0'
                    && text[blank] <= '9'
                    && length < MAX_TEXT) {
                length = length * 10 + text[blank++] - '0';
            }
            int end = at + length;
            if (blank >= text.length
                    || text[blank] != ' '
                    || length < 4
                    || end > text.length
                    || end <= blank) {
                throw malformed("a pax record with a wrong length");
            }
            int equals = blank + 1;
            while (equals < end && text[equals] != '=') {
                equals++;
            }
            if (equals >= end - 1) {
                throw malformed("a pax record without '=' and a line end after it");
            }
            String key = new String(text, blank + 1, equals - blank - 1, StandardCharsets.UTF_8);
            ByteString value = ByteString.of(text, equals + 1, end - 1);
            boolean sparse = key.startsWith("GNU.sparse");
            if (!sparse && !USED.contains(key)) {
                at = end;
                continue;
            }
            if (value.length() == 0) {
                into.remove(key);
            } else if (sparse) {
                into.put("GNU.sparse", value);
            } else {
                into.put(key, value);
            }
            at = end;
        }
    }

    private byte[] text(long size) throws IOException {
        if (size < 0 || size > MAX_TEXT) {
            throw new LimitExceededException("tar header text of " + size + " bytes");
        }
        byte[] text = in.readNBytes((int) size);
        position += text.length;
        if (text.length < size) {
            throw malformed("ends inside a header");
        }
        skip(-size & BLOCK - 1);
        return text;
    }

    private static ByteString untilNul(byte[] text) {
        ByteString all = ByteString.of(text);
        int nul = all.indexOf(0, 0);
        return nul < 0 ? all : all.substring(0, nul);
    }

    private boolean isUstar() {
        return block[257] == 'u'
                && block[258] == 's'
                && block[259] == 't'
                && block[260] == 'a'
                && block[261] == 'r'
                && block[262] == 0;
    }

    private ByteString field(int at, int length) {
        int end = at;
        while (end < at + length && block[end] != 0) {
            end++;
        }
        return ByteString.of(block, at, end);
    }

    /** Octal with blanks or NULs around, or binary after a byte with its high bit set (GNU). */
    private long number(int at, int length) {
        long value = 0;
        if (block[at] < 0) {
            value = block[at] == -1 ? -1 : block[at] & 0x7f;
            for (int i = at + 1; i < at + length; i++) {
                value = value << 8 | block[i] & 0xff;
            }
            return value;
        }
        boolean digits = false;
        for (int i = at; i < at + length; i++) {
            byte b = block[i];
            if (b >= '0' && b <= '7') {
                value = value << 3 | b - '0';
                digits = true;
            } else if (b == 0 || b == ' ' && digits) {
                break;
            } else if (b != ' ') {
                throw malformed("a header field that is no number");
            }
        }
        return value;
    }

    private void verify() {
        long expected = number(148, 8);
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? ' ' : block[i] & 0xff;
        }
        if (sum != expected) {
            throw malformed("a tar header with a wrong checksum");
        }
    }

    private boolean readBlock() throws IOException {
        int got = in.readNBytes(block, 0, BLOCK);
        position += got;
        if (got == 0) {
            return false;
        }
        if (got < BLOCK) {
            throw malformed("ends inside a header");
        }
        return true;
    }

    private boolean isZero() {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private void skip(long count) throws IOException {
        long todo = count;
        while (todo > 0) {
            int got = in.readNBytes(block, 0, (int) Math.min(BLOCK, todo));
            if (got == 0) {
                throw malformed("ends inside a file");
            }
            position += got;
            todo -= got;
        }
    }

    private MalformedImageException malformed(String what) {
        return new MalformedImageException(-1, "tar archive, byte " + position + ": " + what);
    }
}
