/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.archive;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZInputStream;
import org.tukaani.xz.XZOutputStream;

/**
 * How archives are compressed. gzip comes with the JDK; the libraries for xz and bzip2 are asked
 * for when such an archive is met.
 */
public enum Compression {
    /** Not at all. */
    NONE(""),
    /** gzip. */
    GZIP(""),
    /** xz. */
    XZ("org.tukaani:xz"),
    /** bzip2. */
    BZIP2("org.apache.commons:commons-compress");

    private static final int BUFFER = 1 << 16;

    private final String library;

    Compression(String library) {
        this.library = library;
    }

    /** What a file's name says: {@code .gz}, {@code .xz}, {@code .bz2} and their short forms. */
    public static Compression byName(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (name.matches(".*\\.(gz|tgz)")) {
            return GZIP;
        }
        if (name.matches(".*\\.(xz|txz)")) {
            return XZ;
        }
        return name.matches(".*\\.(bz2|tbz2?)") ? BZIP2 : NONE;
    }

    /**
     * Decompresses whatever its first bytes say that it is.
     *
     * @param compressed closed with the result, and on failure
     */
    public static InputStream open(InputStream compressed) throws IOException {
        BufferedInputStream in = new BufferedInputStream(compressed, BUFFER);
        try {
            in.mark(8);
            byte[] magic = in.readNBytes(6);
            in.reset();
            Compression kind = NONE;
            if (startsWith(magic, 0x1f, 0x8b)) {
                kind = GZIP;
            } else if (startsWith(magic, 0xfd, '7', 'z', 'X', 'Z', 0)) {
                kind = XZ;
            } else if (startsWith(magic, 'B', 'Z', 'h')) {
                kind = BZIP2;
            }
            return new BufferedInputStream(kind.decompress(in), BUFFER);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    private static boolean startsWith(byte[] bytes, int... magic) {
        if (bytes.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if ((bytes[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }

    private InputStream decompress(InputStream in) throws IOException {
        try {
            return switch (this) {
                case NONE -> in;
                case GZIP -> new GZIPInputStream(in, BUFFER);
                case XZ -> Xz.decompress(in);
                case BZIP2 -> Bzip2.decompress(in);
            };
        } catch (NoClassDefFoundError e) {
            throw missing(e);
        }
    }

    /** Compresses; without a time or a name inside, so that the same gives the same. */
    OutputStream compress(OutputStream out) throws IOException {
        OutputStream buffered = new BufferedOutputStream(out, BUFFER);
        try {
            return switch (this) {
                case NONE -> buffered;
                case GZIP -> new GZIPOutputStream(buffered, BUFFER);
                case XZ -> Xz.compress(buffered);
                case BZIP2 -> Bzip2.compress(buffered);
            };
        } catch (NoClassDefFoundError e) {
            throw missing(e);
        }
    }

    private IOException missing(NoClassDefFoundError e) {
        return new IOException(
                name().toLowerCase(Locale.ROOT)
                        + " archives need the library "
                        + library
                        + " on the class or module path",
                e);
    }

    /** A class of its own, so that only its use needs the library. */
    private static final class Xz {
        static InputStream decompress(InputStream in) throws IOException {
            return new XZInputStream(in);
        }

        static OutputStream compress(OutputStream out) throws IOException {
            return new XZOutputStream(out, new LZMA2Options());
        }
    }

    /** As {@link Xz}. */
    private static final class Bzip2 {
        static InputStream decompress(InputStream in) throws IOException {
            return new BZip2CompressorInputStream(in, true);
        }

        static OutputStream compress(OutputStream out) throws IOException {
            return new BZip2CompressorOutputStream(out);
        }
    }
}
