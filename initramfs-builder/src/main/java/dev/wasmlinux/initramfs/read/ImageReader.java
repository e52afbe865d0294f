/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

import dev.wasmlinux.initramfs.ByteString;
import dev.wasmlinux.initramfs.LimitExceededException;
import dev.wasmlinux.initramfs.MalformedImageException;
import dev.wasmlinux.initramfs.compress.RawInput;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
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
    private static final ByteString TRAILER = ByteString.of("TRAILER!!!");

    /** Takes note of what a kernel would not like but this reader can live with. */
    interface Notes {
        Notes NONE = (rule, path, offset, text) -> {};

        void note(KernelRule rule, String path, long offset, String text);
    }

    private final MemberInput in;
    private final ReadLimits limits;
    private final Notes notes;
    private final EntryHeader header = new EntryHeader();
    private long entries;
    private int trailers;
    private EntryBody body;
    private int padding;
    private boolean atEnd;

    ImageReader(RawInput raw, ReadLimits limits, Notes notes) {
        this.in = new MemberInput(raw, limits, notes);
        this.limits = limits;
        this.notes = notes;
    }

    /** Opens an image file with default limits. */
    public static ImageReader open(Path image) throws IOException {
        return open(image, ReadLimits.defaults());
    }

    /** Opens an image file. */
    public static ImageReader open(Path image, ReadLimits limits) throws IOException {
        return new ImageReader(RawInput.open(image), limits, Notes.NONE);
    }

    /** Reads an image from a stream, which is closed with the reader. */
    public static ImageReader open(InputStream image, ReadLimits limits) {
        return new ImageReader(RawInput.of(image), limits, Notes.NONE);
    }

    /** The rule behind the last {@link MalformedImageException}. */
    KernelRule fault() {
        return in.fault();
    }

    /** The members seen so far. */
    public List<Member> members() {
        return Collections.unmodifiableList(in.members());
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
        while (true) {
            if (body != null) {
                body.finish();
                body = null;
            }
            // The bytes that round up the last entry.
            in.skip(padding);
            padding = 0;
            if (!in.nextEntry()) {
                return null;
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

    /** Reads a header with name and link target; null for a trailer. */
    private ArchiveEntry readEntry() throws IOException {
        long offset = in.position();
        readHeader(offset);
        ByteString name = readName(header.nameSize(), offset);
        in.skip(header.namePadding());
        if (header.format() == ArchiveEntry.Format.ODC) {
            note(KernelRule.FORMAT_ODC, name, offset, "an octal header (cpio -H odc)");
        }
        if (!header.digits()) {
            note(
                    KernelRule.HEADER_DIGITS,
                    name,
                    offset,
                    "a header field has a character that is no hexadecimal digit");
        }
        padding = header.padding();
        if (name.equals(TRAILER)) {
            in.skip(header.size());
            trailers++;
            return null;
        }
        return entry(name, offset);
    }

    private void note(KernelRule rule, ByteString name, long offset, String text) {
        notes.note(rule, name.toString(), offset, text);
    }

    private void readHeader(long offset) throws IOException {
        byte[] bytes = header.bytes();
        in.readFully(bytes, 0, MemberInput.MAGIC, "a magic");
        ArchiveEntry.Format format = header.magic();
        if (format == null) {
            throw in.fault(
                    KernelRule.JUNK,
                    new MalformedImageException(
                            in.offsetForError(offset),
                            "no cpio magic but '"
                                    + ByteString.of(bytes, 0, MemberInput.MAGIC)
                                    + "'"));
        }
        int size = format == ArchiveEntry.Format.ODC ? EntryHeader.ODC : EntryHeader.NEWC;
        in.readFully(bytes, MemberInput.MAGIC, size - MemberInput.MAGIC, "a header");
        header.parse(format, in.offsetForError(offset));
    }

    private ByteString readName(long nameSize, long offset) throws IOException {
        if (nameSize > limits.text()) {
            throw new LimitExceededException(
                    "name of " + nameSize + " bytes, more than " + limits.text());
        }
        byte[] bytes = in.readText((int) nameSize, "a name");
        ByteString name = toNul(bytes);
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

    private static ByteString toNul(byte[] bytes) {
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        return ByteString.of(bytes, 0, length);
    }

    private static String brief(ByteString name) {
        return name.length() <= 100 ? name.toString() : name.substring(0, 100) + "...";
    }

    private ArchiveEntry entry(ByteString name, long offset) throws IOException {
        long dataOffset = in.position();
        ByteString target = ByteString.EMPTY;
        byte[] text = null;
        if (header.type() == EntryType.SYMLINK) {
            if (header.size() > limits.text()) {
                throw new LimitExceededException(
                        name
                                + ": link target of "
                                + header.size()
                                + " bytes, more than "
                                + limits.text());
            }
            text = in.readText((int) header.size(), "a link target");
            target = toNul(text);
        }
        ArchiveEntry entry =
                header.entry(
                        name,
                        target,
                        new ArchiveEntry.Location(
                                in.members().size() - 1, trailers, offset, dataOffset));
        body = new EntryBody(in, entry, text);
        return entry;
    }

    @Override
    public void close() throws IOException {
        atEnd = true;
        in.close();
    }
}
