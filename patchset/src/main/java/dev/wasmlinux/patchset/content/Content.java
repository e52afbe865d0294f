/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.content;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Immutable bytes that can be read many times. The bytes behind it must not change meanwhile. */
public abstract class Content {
    Content() {}

    /** Bytes in memory; the array is not copied and must not be changed. */
    public static Content of(byte[] bytes) {
        return new InMemory(bytes);
    }

    /**
     * The bytes of a file, whose length is taken now. A symbolic link is not followed.
     *
     * @throws IOException if it cannot be read or is not a regular file
     */
    public static Content of(Path file) throws IOException {
        return new InFile(file, Files.size(file), true);
    }

    /** As {@link #of(Path)}, but following symbolic links. */
    public static Content following(Path file) throws IOException {
        return new InFile(file, Files.size(file), false);
    }

    /** The length in bytes. */
    public abstract long size();

    /** Opens the bytes; the caller closes them. */
    public abstract RandomBytes open() throws IOException;

    /** Writes all bytes to a stream, which stays open. */
    public void copyTo(OutputStream out) throws IOException {
        try (RandomBytes bytes = open()) {
            bytes.copy(0, size(), out);
        }
    }

    /**
     * All bytes in memory.
     *
     * @throws IOException if there are more than the limit
     */
    public byte[] readAll(int limit) throws IOException {
        if (size() > limit) {
            throw new IOException("longer than " + limit + " bytes");
        }
        try (RandomBytes bytes = open()) {
            return bytes.slice(0, (int) size());
        }
    }

    /** A part of the bytes, read from these when it is read. */
    public Content slice(long start, long length) {
        return new Slice(this, start, length);
    }

    /** All bytes as a stream; the caller closes it. */
    public InputStream stream() throws IOException {
        return new ContentStream(open());
    }

    /** Whether both hold the same bytes. */
    public boolean sameAs(Content other) throws IOException {
        if (size() != other.size()) {
            return false;
        }
        try (RandomBytes mine = open();
                RandomBytes theirs = other.open()) {
            for (long i = 0; i < size(); i++) {
                if (mine.at(i) != theirs.at(i)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The SHA-256 of the bytes, in lower-case hexadecimal. */
    public String sha256() throws IOException {
        return HexFormat.of().formatHex(digestWith(digest("SHA-256")));
    }

    /** Adds the bytes to a digest and ends it. */
    public byte[] digestWith(MessageDigest digest) throws IOException {
        copyTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
        return digest.digest();
    }

    /** A digest of the JDK's; every JDK has the ones used here. */
    public static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK lacks " + algorithm, e);
        }
    }

    private static final class Slice extends Content {
        private final Content whole;
        private final long start;
        private final long length;

        Slice(Content whole, long start, long length) {
            this.whole = whole;
            this.start = start;
            this.length = length;
        }

        @Override
        public long size() {
            return length;
        }

        @Override
        public RandomBytes open() throws IOException {
            return whole.open().part(start, length);
        }
    }

    private static final class InMemory extends Content {
        private final byte[] bytes;

        InMemory(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public RandomBytes open() {
            return RandomBytes.of(bytes);
        }
    }

    private static final class InFile extends Content {
        private final Path file;
        private final long size;
        private final boolean refuseLink;

        InFile(Path file, long size, boolean refuseLink) {
            this.file = file;
            this.size = size;
            this.refuseLink = refuseLink;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public RandomBytes open() throws IOException {
            FileChannel channel =
                    refuseLink
                            ? FileChannel.open(
                                    file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)
                            : FileChannel.open(file, StandardOpenOption.READ);
            return RandomBytes.of(channel, 0, size, true);
        }
    }

    private static final class ContentStream extends InputStream {
        private final RandomBytes bytes;
        private long position;

        ContentStream(RandomBytes bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read() throws IOException {
            return position < bytes.size() ? bytes.at(position++) & 0xff : -1;
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            if (len == 0) {
                return 0;
            }
            if (position >= bytes.size()) {
                return -1;
            }
            int n = bytes.read(position, b, off, (int) Math.min(len, bytes.size() - position));
            position += n;
            return n;
        }

        @Override
        public void close() throws IOException {
            bytes.close();
        }
    }
}
