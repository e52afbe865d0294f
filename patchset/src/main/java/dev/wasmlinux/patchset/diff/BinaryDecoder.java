/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.diff;

import dev.wasmlinux.patchset.MalformedPatchException;
import dev.wasmlinux.patchset.content.RandomBytes;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Decodes the data of git's binary patches: base 85, deflate, and git's delta instructions. */
public final class BinaryDecoder {
    private static final String DIGITS =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
    private static final int[] VALUES = values();

    private final String source;
    private final RandomBytes patch;

    /**
     * Prepares to decode.
     *
     * @param source the patch's name for errors
     * @param patch the patch's bytes
     */
    public BinaryDecoder(String source, RandomBytes patch) {
        this.source = source;
        this.patch = patch;
    }

    private static int[] values() {
        int[] values = new int[256];
        Arrays.fill(values, -1);
        for (int i = 0; i < DIGITS.length(); i++) {
            values[DIGITS.charAt(i)] = i;
        }
        return values;
    }

    /**
     * Writes a section's inflated data.
     *
     * @throws MalformedPatchException if the data is damaged or has another size than it says
     */
    public void inflate(BinaryChange.Section section, OutputStream out) throws IOException {
        Inflater inflater = new Inflater();
        try {
            long written = 0;
            byte[] buffer = new byte[1 << 13];
            long position = section.start();
            long line = section.line();
            while (position < section.end()) {
                long newline = patch.find((byte) '\n', position, section.end());
                byte[] data = decodeLine(position, newline, line);
                if (inflater.finished()) {
                    throw malformed(line, "data behind the end of the compressed data");
                }
                inflater.setInput(data);
                while (!inflater.needsInput() && !inflater.finished()) {
                    int n = inflater.inflate(buffer);
                    if (n == 0 && inflater.needsDictionary()) {
                        throw malformed(line, "damaged compressed data");
                    }
                    written += n;
                    if (written > section.size()) {
                        throw malformed(line, "more data than the binary change's size says");
                    }
                    out.write(buffer, 0, n);
                }
                if (inflater.getRemaining() > 0) {
                    throw malformed(line, "data behind the end of the compressed data");
                }
                position = newline + 1;
                line++;
            }
            if (!inflater.finished() || written != section.size()) {
                throw malformed(line, "less data than the binary change's size says");
            }
        } catch (DataFormatException e) {
            throw malformed(section.line(), "damaged compressed data: " + e.getMessage());
        } finally {
            inflater.end();
        }
    }

    private byte[] decodeLine(long start, long newline, long line) throws IOException {
        long length = newline - start;
        if (length > 1 && patch.at(newline - 1) == '\r') {
            length--;
        }
        int count = length > 0 ? lengthOf(patch.at(start)) : -1;
        long groups = (length - 1) / 5;
        boolean valid =
                count > 0 && (length - 1) % 5 == 0 && groups * 4 >= count && groups * 4 - 4 < count;
        if (!valid) {
            throw malformed(line, "damaged line of a binary change");
        }
        byte[] data = new byte[(int) groups * 4];
        for (int group = 0; group < groups; group++) {
            long value = 0;
            for (int i = 0; i < 5; i++) {
                int digit = VALUES[patch.at(start + 1 + group * 5L + i) & 0xff];
                if (digit < 0) {
                    throw malformed(line, "not base 85 in a binary change");
                }
                value = value * 85 + digit;
            }
            if (value > 0xffffffffL) {
                throw malformed(line, "not base 85 in a binary change");
            }
            for (int i = 0; i < 4; i++) {
                data[group * 4 + i] = (byte) (value >> 24 - 8 * i);
            }
        }
        return Arrays.copyOf(data, count);
    }

    private static int lengthOf(byte letter) {
        if (letter >= 'A' && letter <= 'Z') {
            return letter - 'A' + 1;
        }
        return letter >= 'a' && letter <= 'z' ? letter - 'a' + 27 : -1;
    }

    /**
     * Runs delta instructions.
     *
     * @param delta the inflated section
     * @param base the content that the delta is against
     * @param line the section's line for errors
     * @return false if the delta was made against a content of another length
     * @throws MalformedPatchException if the instructions are damaged
     */
    public boolean runDelta(RandomBytes delta, RandomBytes base, long line, OutputStream out)
            throws IOException {
        Cursor in = new Cursor(delta, line);
        if (in.varint() != base.size()) {
            return false;
        }
        long expected = in.varint();
        long written = 0;
        while (in.position < delta.size()) {
            int code = in.next();
            long length;
            if ((code & 0x80) != 0) {
                long offset = in.little(code & 0x0f, 4);
                length = in.little(code >> 4 & 0x07, 3);
                length = length == 0 ? 0x10000 : length;
                if (offset + length > base.size()) {
                    throw malformed(line, "delta copies from behind the end");
                }
                written += length;
                checkLength(written, expected, line);
                base.copy(offset, offset + length, out);
            } else if (code != 0) {
                length = code;
                if (in.position + length > delta.size()) {
                    throw malformed(line, "delta ends inside an instruction");
                }
                written += length;
                checkLength(written, expected, line);
                delta.copy(in.position, in.position + length, out);
                in.position += length;
            } else {
                throw malformed(line, "unknown delta instruction");
            }
        }
        if (written != expected) {
            throw malformed(line, "delta makes less than it says");
        }
        return true;
    }

    private void checkLength(long written, long expected, long line) {
        if (written > expected) {
            throw malformed(line, "delta makes more than it says");
        }
    }

    private final class Cursor {
        private final RandomBytes bytes;
        private final long line;
        private long position;

        Cursor(RandomBytes bytes, long line) {
            this.bytes = bytes;
            this.line = line;
        }

        int next() throws IOException {
            if (position >= bytes.size()) {
                throw malformed(line, "delta ends inside an instruction");
            }
            return bytes.at(position++) & 0xff;
        }

        long varint() throws IOException {
            long value = 0;
            for (int shift = 0; shift < 56; shift += 7) {
                int b = next();
                value |= (long) (b & 0x7f) << shift;
                if (b < 0x80) {
                    return value;
                }
            }
            throw malformed(line, "damaged size in a delta");
        }

        long little(int mask, int count) throws IOException {
            long value = 0;
            for (int i = 0; i < count; i++) {
                if ((mask >> i & 1) != 0) {
                    value |= (long) next() << 8 * i;
                }
            }
            return value;
        }
    }

    private MalformedPatchException malformed(long line, String problem) {
        return new MalformedPatchException(source, line, problem);
    }
}
