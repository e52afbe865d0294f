/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.LimitExceededException;
import dev.wasmlinux.initramfs.MalformedImageException;
import dev.wasmlinux.initramfs.compress.Decoders;
import dev.wasmlinux.initramfs.compress.RawInput;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The bytes of an image, member after member, decompressed. Not thread safe. */
final class MemberInput implements Closeable {
    /** Bytes of a cpio magic. */
    static final int MAGIC = 6;

    private static final int SCRATCH = 16 << 10;

    /** Each is kept. Twenty bytes make one, and 64 GiB in steps of 256 KiB no more. */
    private static final int MAX_MEMBERS = 1 << 18;

    private final RawInput raw;
    private final ReadLimits limits;
    private final ImageReader.Notes notes;
    private final List<Member> members = new ArrayList<>();
    private InputStream decoder;
    private long decoded;
    private long unpacked;
    private int pushedBack = -1;
    private KernelRule fault = KernelRule.MEMBER_DAMAGED;
    private byte[] scratch;

    MemberInput(RawInput raw, ReadLimits limits, ImageReader.Notes notes) {
        this.raw = raw;
        this.limits = limits;
        this.notes = notes;
    }

    /** The members seen so far. */
    List<Member> members() {
        return members;
    }

    /** The rule behind the last {@link MalformedImageException}. */
    KernelRule fault() {
        return fault;
    }

    /** Notes the rule behind an exception. */
    MalformedImageException fault(KernelRule rule, MalformedImageException exception) {
        fault = rule;
        return exception;
    }

    private byte[] scratch() {
        if (scratch == null) {
            scratch = new byte[SCRATCH];
        }
        return scratch;
    }

    boolean plain() {
        return decoder == raw;
    }

    /** Offset in the image for plain archives, in the member's bytes otherwise. */
    long position() {
        return plain() ? raw.position() : decoded;
    }

    /** Goes to the next entry, in this member or one after it; false at the end of the image. */
    boolean nextEntry() throws IOException {
        while (true) {
            if (decoder == null) {
                return startMember();
            }
            if (skipNulsInMember()) {
                return true;
            }
            endMember();
        }
    }

    private boolean startMember() throws IOException {
        raw.skipNuls();
        byte[] start = raw.peek(MAGIC);
        if (start.length == 0) {
            if (members.isEmpty()) {
                throw fault(
                        KernelRule.JUNK,
                        new MalformedImageException(0, "nothing but NULs is no initramfs"));
            }
            return false;
        }
        if (members.size() == MAX_MEMBERS) {
            throw new LimitExceededException("more than " + MAX_MEMBERS + " members");
        }
        long offset = raw.position();
        Compression.Kind kind = Decoders.detect(start);
        if (start[0] == '0') {
            if ((offset & 3) != 0) {
                notes.note(
                        KernelRule.ARCHIVE_MISALIGNED,
                        "",
                        offset,
                        "a plain archive starts at offset " + offset + ", no multiple of 4");
            }
            members.add(new Member(members.size(), Compression.Kind.NONE, offset));
            decoder = raw;
            return true;
        }
        if (kind == null) {
            boolean frame =
                    start.length >= 4 && start[0] == 4 && start[1] == 0x22 && start[2] == 0x4d;
            throw frame
                    ? fault(
                            KernelRule.LZ4_FRAME,
                            new MalformedImageException(
                                    offset,
                                    "an lz4 frame; the kernel unpacks only the legacy form (lz4"
                                            + " -l)"))
                    : fault(
                            KernelRule.JUNK,
                            new MalformedImageException(
                                    offset,
                                    "neither an archive nor a compressed member starts here"));
        }
        members.add(new Member(members.size(), kind, offset));
        MemberHeader.inspect(kind, raw, notes);
        decoder = Decoders.open(kind, raw, limits.decoderMemory());
        decoded = 0;
        pushedBack = -1;
        return true;
    }

    private void endMember() throws IOException {
        if (!plain()) {
            decoder.close();
        }
        decoder = null;
    }

    /** Skips NULs between entries; false at the end of the member. */
    private boolean skipNulsInMember() throws IOException {
        if (plain()) {
            raw.skipNuls();
            int next = raw.peek();
            // Anything but a magic's digit is for the next member.
            if (next != '0') {
                return false;
            }
            if ((raw.position() & 3) != 0) {
                notes.note(
                        KernelRule.ARCHIVE_MISALIGNED,
                        "",
                        raw.position(),
                        "an entry starts at offset " + raw.position() + ", no multiple of 4");
            }
            return true;
        }
        int value;
        do {
            value = readDecoded();
        } while (value == 0);
        if (value < 0) {
            return false;
        }
        if (value != '0') {
            throw fault(
                    KernelRule.JUNK,
                    new MalformedImageException(
                            members.get(members.size() - 1).offset(),
                            "junk at "
                                    + (decoded - 1)
                                    + " in the decompressed bytes of the member that starts here"));
        }
        pushedBack = value;
        decoded--;
        return true;
    }

    private int readDecoded() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    int read(byte[] target, int from, int length) throws IOException {
        if (plain()) {
            return raw.read(target, from, length);
        }
        if (pushedBack >= 0 && length > 0) {
            target[from] = (byte) pushedBack;
            pushedBack = -1;
            decoded++;
            return 1;
        }
        if (decoder == null) {
            throw new IOException("the reader is closed");
        }
        int got = decoder.read(target, from, length);
        if (got > 0) {
            decoded += got;
            unpacked += got;
            if (unpacked > limits.unpacked()) {
                throw new LimitExceededException(
                        "more than " + limits.unpacked() + " bytes after decompression");
            }
        }
        return got;
    }

    void readFully(byte[] target, int from, int length, String what) throws IOException {
        int done = 0;
        while (done < length) {
            int got = read(target, from + done, length - done);
            if (got < 0) {
                throw cut(what);
            }
            done += got;
        }
    }

    /** The image or the member is at its end inside something. */
    MalformedImageException cut(String what) {
        return plain()
                ? fault(
                        KernelRule.TRUNCATED,
                        new MalformedImageException(position(), "the image ends inside " + what))
                : fault(
                        KernelRule.MEMBER_CUTS_ENTRY,
                        new MalformedImageException(
                                offsetForError(0),
                                "the compressed member that starts here ends inside "
                                        + what
                                        + ", after "
                                        + decoded
                                        + " bytes"));
    }

    /** Skips bytes; false if the end comes before. */
    boolean skip(long count) throws IOException {
        if (plain()) {
            return raw.skip(count) == count;
        }
        long left = count;
        while (left > 0) {
            int got = read(scratch(), 0, (int) Math.min(SCRATCH, left));
            if (got < 0) {
                return false;
            }
            left -= got;
        }
        return true;
    }

    /** The offset in the image that an error is told at. */
    long offsetForError(long offset) {
        return plain() ? offset : members.get(members.size() - 1).offset();
    }

    /** Reads in steps, so that a wrong length costs no more memory than there are bytes. */
    byte[] readText(int length, String what) throws IOException {
        byte[] result = new byte[Math.min(length, 4096)];
        readFully(result, 0, result.length, what);
        if (length > result.length) {
            int have = result.length;
            result = Arrays.copyOf(result, length);
            readFully(result, have, length - have, what);
        }
        return result;
    }

    @Override
    public void close() throws IOException {
        try {
            if (decoder != null) {
                endMember();
            }
        } finally {
            raw.close();
        }
    }
}
