/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.content;

import dev.wasmlinux.initramfs.FileContent;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/** The contents that the writer knows how to copy quickly. */
public final class Contents {
    private Contents() {}

    /** Content in memory; the array is never changed. */
    public record OfBytes(byte[] bytes) implements FileContent {
        /** No bytes. */
        public static final OfBytes EMPTY = new OfBytes(new byte[0]);

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(bytes);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof OfBytes that && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return bytes.length + " bytes";
        }
    }

    /**
     * Content of a file.
     *
     * @param base the file itself, or its directory
     * @param name the file's name in that directory, in ASCII, or empty
     * @param size length in bytes
     */
    public record OfFile(Path base, String name, long size) implements FileContent {
        /** Checks the size. */
        public OfFile {
            Objects.requireNonNull(base, "base");
            Objects.requireNonNull(name, "name");
            requireNotNegative(size);
        }

        /** The file. */
        public Path file() {
            return name.isEmpty() ? base : base.resolve(name);
        }

        /** Whether the file is one of the system's. */
        public boolean isDefault() {
            return base.getFileSystem() == FileSystems.getDefault();
        }

        @Override
        public InputStream open() throws IOException {
            if (isDefault()) {
                // Half the cost of a channel, which counts with 100 000 files. A name that is not
                // ASCII may have no text in the system's locale.
                String text = base.toString();
                if (isAscii(text)) {
                    boolean inside = !name.isEmpty() && !text.isEmpty();
                    return new FileInputStream(
                            inside ? text + File.separatorChar + name : text + name);
                }
            }
            return Files.newInputStream(file());
        }
    }

    /** Whether a text is the same in every character set that systems name files in. */
    public static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    /** Content that a supplier opens. */
    public record OfSupplier(long size, StreamSupplier supplier) implements FileContent {
        /** Checks the size. */
        public OfSupplier {
            Objects.requireNonNull(supplier, "supplier");
            requireNotNegative(size);
        }

        @Override
        public InputStream open() throws IOException {
            return supplier.open();
        }
    }

    /** Content of a part of an open file. */
    public record OfChannel(FileChannel channel, long offset, long size) implements FileContent {
        /** Checks offset and size. */
        public OfChannel {
            Objects.requireNonNull(channel, "channel");
            requireNotNegative(offset);
            requireNotNegative(size);
        }

        @Override
        public InputStream open() {
            return new ChannelSliceStream(channel, offset, size);
        }
    }

    private static void requireNotNegative(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("negative size or offset " + value);
        }
    }
}
