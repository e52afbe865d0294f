/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.archive;

import dev.wasmlinux.patchset.archive.TarReader.Owner;
import dev.wasmlinux.patchset.content.Content;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes POSIX tar entries, with pax records for what a plain header cannot hold. */
final class TarWriter {
    private static final int BLOCK = TarReader.BLOCK;
    private static final int RECORD = 20 * BLOCK;
    private static final long LARGEST_OCTAL = (1L << 33) - 1;

    private final OutputStream out;
    private long written;

    TarWriter(OutputStream out) {
        this.out = out;
    }

    /** Copies an entry with its content as it stands in another archive. */
    void copy(TarReader reader, TarReader.Entry entry) throws IOException {
        write(entry.headers());
        reader.copyContent(out);
        written += entry.size();
        pad(BLOCK);
    }

    void file(String name, int mode, Owner owner, long seconds, Content content)
            throws IOException {
        header('0', name, "", content.size(), mode, owner, seconds);
        content.copyTo(out);
        written += content.size();
        pad(BLOCK);
    }

    void link(String name, String target, Owner owner, long seconds) throws IOException {
        header('2', name, target, 0, 0777, owner, seconds);
    }

    void directory(String name, Owner owner, long seconds) throws IOException {
        header('5', name + "/", "", 0, 0755, owner, seconds);
    }

    /** Ends the archive; the stream stays open. */
    void end() throws IOException {
        write(new byte[2 * BLOCK]);
        pad(RECORD);
        out.flush();
    }

    private void header(
            char type, String name, String link, long size, int mode, Owner owner, long seconds)
            throws IOException {
        StringBuilder pax = new StringBuilder();
        if (name.length() > 100) {
            record(pax, "path", name);
        }
        if (link.length() > 100) {
            record(pax, "linkpath", link);
        }
        if (size > LARGEST_OCTAL) {
            record(pax, "size", Long.toString(size));
        }
        if (seconds < 0 || seconds > LARGEST_OCTAL) {
            record(pax, "mtime", Long.toString(seconds));
        }
        if (owner.user() > 07777777) {
            record(pax, "uid", Long.toString(owner.user()));
        }
        if (owner.group() > 07777777) {
            record(pax, "gid", Long.toString(owner.group()));
        }
        if (pax.length() > 0) {
            byte[] text = pax.toString().getBytes(StandardCharsets.ISO_8859_1);
            String place =
                    "PaxHeader/" + name.substring(name.lastIndexOf('/', name.length() - 2) + 1);
            write(block('x', place, "", text.length, 0644, owner, seconds));
            write(text);
            pad(BLOCK);
        }
        write(block(type, name, link, size, mode, owner, seconds));
    }

    private static void record(StringBuilder pax, String key, String value) {
        int rest = 1 + key.length() + 1 + value.length() + 1;
        int length = rest + 1;
        while (rest + Integer.toString(length).length() != length) {
            length = rest + Integer.toString(length).length();
        }
        pax.append(length).append(' ').append(key).append('=').append(value).append('\n');
    }

    private static byte[] block(
            char type, String name, String link, long size, int mode, Owner owner, long seconds) {
        byte[] block = new byte[BLOCK];
        string(block, 0, 100, name);
        octal(block, 100, 8, mode);
        octal(block, 108, 8, owner.user() > 07777777 ? 0 : owner.user());
        octal(block, 116, 8, owner.group() > 07777777 ? 0 : owner.group());
        octal(block, 124, 12, size > LARGEST_OCTAL ? 0 : size);
        octal(block, 136, 12, seconds < 0 || seconds > LARGEST_OCTAL ? 0 : seconds);
        block[156] = (byte) type;
        string(block, 157, 100, link);
        string(block, 257, 6, "ustar");
        string(block, 263, 2, "00");
        string(block, 265, 32, owner.userName());
        string(block, 297, 32, owner.groupName());
        octal(block, 329, 8, 0);
        octal(block, 337, 8, 0);
        Arrays.fill(block, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        octal(block, 148, 7, sum);
        return block;
    }

    private static void string(byte[] block, int offset, int length, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, block, offset, Math.min(bytes.length, length));
    }

    private static void octal(byte[] block, int offset, int length, long value) {
        String digits = Long.toOctalString(value);
        string(block, offset, length - 1, "0".repeat(length - 1 - digits.length()) + digits);
        block[offset + length - 1] = 0;
    }

    private void write(byte[] bytes) throws IOException {
        out.write(bytes);
        written += bytes.length;
    }

    private void pad(int unit) throws IOException {
        write(new byte[(int) ((unit - written % unit) % unit)]);
    }
}
