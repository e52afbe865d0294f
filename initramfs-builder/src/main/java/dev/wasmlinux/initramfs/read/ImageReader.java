/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

import dev.wasmlinux.initramfs.ByteString;
import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.LimitExceededException;
import dev.wasmlinux.initramfs.MalformedImageException;
import dev.wasmlinux.initramfs.compress.Decoders;
import dev.wasmlinux.initramfs.compress.RawInput;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Reads the entries of an image one after the other in constant memory: plain and compressed
 * archives, concatenated, with NULs between, as the kernel takes them; and the old octal form,
 * which it does not.
 *
 * <pre>{@code
 * try (ImageReader reader = ImageReader.open(path)) {
 *     for (ArchiveEntry entry; (entry = reader.next()) != null; ) {
 *         System.out.println(entry.modeText() + " " + entry.name());
 *     }
 * }
 * }</pre>
 *
 * <p>Everything wrong with the data is a {@link MalformedImageException}, everything beyond the
 * limits a {@link LimitExceededException}; after either the reader is at its end. Not thread safe.
 */
public final class ImageReader implements Closeable {
    private static final int MAGIC = 6;
    private static final int NEWC_HEADER = 110;
    private static final int ODC_HEADER = 76;
    private static final ByteString TRAILER = ByteString.of("TRAILER!!!");

    /** Takes note of what a kernel would not like but this reader can live with. */
    interface Notes {
        Notes NONE = (rule, path, offset, text) -> {};

        void note(KernelRule rule, String path, long offset, String text);
    }

    private final RawInput raw;
    private final ReadLimits limits;
    private final Notes notes;
    private final List<Member> members = new ArrayList<>();
    private InputStream decoder;
    private long decoded;
    private long unpacked;
    private long entries;
    private int trailers;
    private Body body;
    private int padding;
    private boolean inEntry;
    private boolean atEnd;
    private KernelRule fault = KernelRule.MEMBER_DAMAGED;
    private final byte[] scratch = new byte[16 << 10];

    ImageReader(RawInput raw, ReadLimits limits, Notes notes) {
        this.raw = raw;
        this.limits = limits;
        this.notes = notes;
    }

    /** Opens an image file with default limits. */
    public static ImageReader open(Path image) throws IOException {
        return open(image, ReadLimits.defaults());
    }

    /** Opens an image file. */
    public static ImageReader open(Path image, ReadLimits limits) throws IOException {
        return new ImageReader(
                RawInput.of(FileChannel.open(image, StandardOpenOption.READ), 0, true),
                limits,
                Notes.NONE);
    }

    /** Reads an image from a stream, which is closed with the reader. */
    public static ImageReader open(InputStream image, ReadLimits limits) {
        return new ImageReader(RawInput.of(image), limits, Notes.NONE);
    }

    /** The rule behind the last {@link MalformedImageException}. */
    KernelRule fault() {
        return fault;
    }

    private MalformedImageException fault(KernelRule rule, MalformedImageException exception) {
        fault = rule;
        return exception;
    }

    /** The members seen so far. */
    public List<Member> members() {
        return Collections.unmodifiableList(members);
    }

    /**
     * Goes on to the next entry; what is left of the current body is skipped.
     *
     * @return null at the end of the image
     * @throws MalformedImageException if the image is damaged
     * @throws LimitExceededException if it exceeds the limits
     * @throws IOException if reading fails
     */
    public ArchiveEntry next() throws IOException {
        if (atEnd) {
            return null;
        }
        boolean fine = false;
        try {
            ArchiveEntry entry = advance();
            atEnd = entry == null;
            fine = true;
            return entry;
        } finally {
            atEnd |= !fine;
        }
    }

    /**
     * The body of the entry that {@link #next()} gave last; a symlink's target is there too. The
     * stream ends with the body, and checks the sum of a {@code 070702} file when it is read to its
     * end. It is valid until the next call of {@link #next()}; closing it does nothing.
     *
     * @throws IllegalStateException without a current entry
     */
    public InputStream content() {
        if (body == null) {
            throw new IllegalStateException("there is no current entry");
        }
        return body;
    }

    private ArchiveEntry advance() throws IOException {
        if (body != null) {
            body.finish();
            body = null;
        }
        while (true) {
            if (inEntry) {
                // The bytes that round up the last entry.
                skip(padding);
                padding = 0;
                inEntry = false;
            }
            if (decoder == null) {
                if (!startMember()) {
                    return null;
                }
            } else if (!skipNulsInMember()) {
                endMember();
                continue;
            }
            ArchiveEntry entry = readEntry();
            if (entry != null) {
                if (++entries > limits.entries()) {
                    throw new LimitExceededException("more than " + limits.entries() + " entries");
                }
                return entry;
            }
        }
    }

    private boolean plain() {
        return decoder == raw;
    }

    /** Offset in the image for plain archives, in the member's bytes otherwise. */
    private long position() {
        return plain() ? raw.position() : decoded;
    }

    private boolean startMember() throws IOException {
        while (raw.peek() == 0) {
            raw.skip(1);
        }
        byte[] start = raw.peek(MAGIC);
        if (start.length == 0) {
            if (members.isEmpty()) {
                throw fault(
                        KernelRule.JUNK,
                        new MalformedImageException(0, "nothing but NULs is no initramfs"));
            }
            return false;
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

    private int pushedBack = -1;

    /** Skips NULs between entries; false at the end of the member. */
    private boolean skipNulsInMember() throws IOException {
        if (plain()) {
            while (raw.peek() == 0) {
                raw.skip(1);
            }
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

    private int read(byte[] target, int from, int length) throws IOException {
        if (plain()) {
            return raw.read(target, from, length);
        }
        if (pushedBack >= 0 && length > 0) {
            target[from] = (byte) pushedBack;
            pushedBack = -1;
            decoded++;
            return 1;
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

    private void readFully(byte[] target, int from, int length, String what) throws IOException {
        int done = 0;
        while (done < length) {
            int got = read(target, from + done, length - done);
            if (got < 0) {
                throw cut(what);
            }
            done += got;
        }
    }

    private MalformedImageException cut(String what) {
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

    private void skip(long count) throws IOException {
        if (plain()) {
            raw.skip(count);
            return;
        }
        long left = count;
        while (left > 0) {
            int got = read(scratch, 0, (int) Math.min(scratch.length, left));
            if (got < 0) {
                return;
            }
            left -= got;
        }
    }

    /** Reads a header with name and link target; null for a trailer. */
    private ArchiveEntry readEntry() throws IOException {
        long offset = position();
        byte[] header = new byte[NEWC_HEADER];
        readFully(header, 0, MAGIC, "a magic");
        String magic = new String(header, 0, MAGIC, java.nio.charset.StandardCharsets.ISO_8859_1);
        inEntry = true;
        return switch (magic) {
            case "070701" -> readNewc(header, ArchiveEntry.Format.NEWC, offset);
            case "070702" -> readNewc(header, ArchiveEntry.Format.NEWC_CHECKSUM, offset);
            case "070707" -> readOdc(header, offset);
            default ->
                    throw fault(
                            KernelRule.JUNK,
                            new MalformedImageException(
                                    offsetForError(offset),
                                    "no cpio magic but '" + ByteString.of(header, 0, MAGIC) + "'"));
        };
    }

    private long offsetForError(long offset) {
        return plain() ? offset : members.get(members.size() - 1).offset();
    }

    private ArchiveEntry readNewc(byte[] header, ArchiveEntry.Format format, long offset)
            throws IOException {
        readFully(header, MAGIC, NEWC_HEADER - MAGIC, "a header");
        long[] field = new long[13];
        boolean digits = true;
        for (int i = 0; i < field.length; i++) {
            field[i] = NumberField.hex(header, MAGIC + 8 * i);
            digits &= NumberField.isHex(header, MAGIC + 8 * i);
        }
        long nameSize = field[11];
        long nameField = ((NEWC_HEADER + nameSize + 3) & ~3L) - NEWC_HEADER;
        ByteString name = readName(nameSize, offset);
        skip(nameField - nameSize);
        if (!digits) {
            notes.note(
                    KernelRule.HEADER_DIGITS,
                    name.toString(),
                    offset,
                    "a header field has a character that is no hexadecimal digit");
        }
        long size = field[6];
        if (name.equals(TRAILER)) {
            skip(size);
            padding = (int) (-size & 3);
            trailers++;
            return null;
        }
        padding = (int) (-size & 3);
        return entry(
                name,
                format,
                new long[] {field[0], field[1], field[2], field[3], field[4], field[5], size},
                new ArchiveEntry.DeviceNumber(field[7], field[8]),
                new ArchiveEntry.DeviceNumber(field[9], field[10]),
                field[12],
                offset);
    }

    private ArchiveEntry readOdc(byte[] header, long offset) throws IOException {
        readFully(header, MAGIC, ODC_HEADER - MAGIC, "a header");
        long device = NumberField.octal(header, 6, 6, offsetForError(offset));
        long inode = NumberField.octal(header, 12, 6, offsetForError(offset));
        long mode = NumberField.octal(header, 18, 6, offsetForError(offset));
        long uid = NumberField.octal(header, 24, 6, offsetForError(offset));
        long gid = NumberField.octal(header, 30, 6, offsetForError(offset));
        long links = NumberField.octal(header, 36, 6, offsetForError(offset));
        long special = NumberField.octal(header, 42, 6, offsetForError(offset));
        long modified = NumberField.octal(header, 48, 11, offsetForError(offset));
        long nameSize = NumberField.octal(header, 59, 6, offsetForError(offset));
        long size = NumberField.octal(header, 65, 11, offsetForError(offset));
        ByteString name = readName(nameSize, offset);
        notes.note(KernelRule.FORMAT_ODC, name.toString(), offset, "an octal header (cpio -H odc)");
        padding = 0;
        if (name.equals(TRAILER)) {
            skip(size);
            trailers++;
            return null;
        }
        return entry(
                name,
                ArchiveEntry.Format.ODC,
                new long[] {inode, mode, uid, gid, links, modified, size},
                new ArchiveEntry.DeviceNumber(device >> 8, device & 0xff),
                new ArchiveEntry.DeviceNumber(special >> 8, special & 0xff),
                0,
                offset);
    }

    private ByteString readName(long nameSize, long offset) throws IOException {
        if (nameSize > limits.text()) {
            throw new LimitExceededException(
                    "name of " + nameSize + " bytes, more than " + limits.text());
        }
        byte[] bytes = readText((int) nameSize, "a name");
        ByteString all = ByteString.of(bytes);
        int nul = all.indexOf(0, 0);
        ByteString name = nul < 0 ? all : all.substring(0, nul);
        if (nameSize > 4096) {
            notes.note(
                    KernelRule.NAME_TOO_LONG,
                    brief(name),
                    offset,
                    "name field of " + nameSize + " bytes, more than 4096");
        } else if (nameSize == 0 || name.length() == 0) {
            notes.note(KernelRule.NAME_EMPTY, "", offset, "an entry without a name");
        } else if (bytes[bytes.length - 1] != 0) {
            notes.note(
                    KernelRule.NAME_WITHOUT_NUL,
                    brief(name),
                    offset,
                    "the name has no NUL at its end");
        }
        return name;
    }

    private static String brief(ByteString name) {
        return name.length() <= 100 ? name.toString() : name.substring(0, 100) + "...";
    }

    /** Reads in steps, so that a wrong length costs no more memory than there are bytes. */
    private byte[] readText(int length, String what) throws IOException {
        byte[] result = new byte[Math.min(length, 4096)];
        readFully(result, 0, result.length, what);
        if (length > result.length) {
            int have = result.length;
            result = java.util.Arrays.copyOf(result, length);
            readFully(result, have, length - have, what);
        }
        return result;
    }

    private ArchiveEntry entry(
            ByteString name,
            ArchiveEntry.Format format,
            long[] numbers,
            ArchiveEntry.DeviceNumber device,
            ArchiveEntry.DeviceNumber special,
            long checksum,
            long offset)
            throws IOException {
        long size = numbers[6];
        long dataOffset = position();
        ByteString target = ByteString.EMPTY;
        boolean symlink = EntryType.of(numbers[1]) == EntryType.SYMLINK;
        byte[] text = null;
        if (symlink) {
            if (size > limits.text()) {
                throw new LimitExceededException(
                        name + ": link target of " + size + " bytes, more than " + limits.text());
            }
            text = readText((int) size, "a link target");
            ByteString whole = ByteString.of(text);
            int nul = whole.indexOf(0, 0);
            target = nul < 0 ? whole : whole.substring(0, nul);
        }
        ArchiveEntry entry =
                new ArchiveEntry(
                        name,
                        format,
                        numbers[0],
                        numbers[1],
                        numbers[2],
                        numbers[3],
                        numbers[4],
                        numbers[5],
                        size,
                        device,
                        special,
                        checksum,
                        target,
                        new ArchiveEntry.Location(
                                members.size() - 1, trailers, offset, dataOffset));
        body = new Body(entry, text);
        return entry;
    }

    @Override
    public void close() throws IOException {
        atEnd = true;
        try {
            if (decoder != null) {
                endMember();
            }
        } finally {
            raw.close();
        }
    }

    /** The body of the current entry. */
    private final class Body extends InputStream {
        private final ArchiveEntry entry;
        private final byte[] text;
        private long left;
        private long sum;
        private boolean skippedSome;
        private boolean checked;

        Body(ArchiveEntry entry, byte[] text) {
            this.entry = entry;
            this.text = text;
            this.left = entry.size();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int from, int length) throws IOException {
            java.util.Objects.checkFromIndexSize(from, length, target.length);
            if (body != this) {
                throw new IllegalStateException("the reader has gone on to another entry");
            }
            if (length == 0) {
                return 0;
            }
            if (left == 0) {
                check();
                return -1;
            }
            int wanted = (int) Math.min(length, left);
            int got;
            if (text != null) {
                System.arraycopy(text, text.length - (int) left, target, from, wanted);
                got = wanted;
            } else {
                got = ImageReader.this.read(target, from, wanted);
                if (got < 0) {
                    throw cut("the body of " + entry.name());
                }
            }
            if (summed()) {
                for (int i = from; i < from + got; i++) {
                    sum += target[i] & 0xff;
                }
            }
            left -= got;
            return got;
        }

        private boolean summed() {
            return entry.format() == ArchiveEntry.Format.NEWC_CHECKSUM
                    && entry.type() == EntryType.FILE;
        }

        private void check() {
            if (checked || skippedSome || !summed()) {
                return;
            }
            checked = true;
            if ((sum & 0xffff_ffffL) != entry.checksum()) {
                throw fault(
                        KernelRule.CHECKSUM,
                        new MalformedImageException(
                                offsetForError(entry.location().headerOffset()),
                                entry.name()
                                        + ": sum of the bytes is "
                                        + (sum & 0xffff_ffffL)
                                        + " instead of "
                                        + entry.checksum()));
            }
        }

        @Override
        public long skip(long count) throws IOException {
            if (text != null || count <= 0) {
                return super.skip(count);
            }
            skippedSome = true;
            long wanted = Math.min(count, left);
            skipBody(wanted);
            return wanted;
        }

        private void skipBody(long count) throws IOException {
            if (plain()) {
                if (raw.skip(count) < count) {
                    throw cut("the body of " + entry.name());
                }
                left -= count;
                return;
            }
            long todo = count;
            while (todo > 0) {
                int got = ImageReader.this.read(scratch, 0, (int) Math.min(scratch.length, todo));
                if (got < 0) {
                    throw cut("the body of " + entry.name());
                }
                todo -= got;
                left -= got;
            }
        }

        void finish() throws IOException {
            if (text == null && left > 0) {
                skippedSome = true;
                skipBody(left);
            }
            left = 0;
        }
    }
}
