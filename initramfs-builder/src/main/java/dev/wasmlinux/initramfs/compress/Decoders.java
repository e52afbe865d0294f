/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.compress;

import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.LimitExceededException;
import dev.wasmlinux.initramfs.MalformedImageException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.LZMAInputStream;
import org.tukaani.xz.MemoryLimitException;
import org.tukaani.xz.SingleXZInputStream;

/** Opens the decoders of compressed members. */
public final class Decoders {
    private Decoders() {}

    /**
     * Tells the compression from the first two bytes as {@code lib/decompress.c} does.
     *
     * @return null if the bytes start no compressed member
     */
    public static Compression.Kind detect(byte[] start) {
        if (start.length < 2) {
            return null;
        }
        return switch ((start[0] & 0xff) << 8 | start[1] & 0xff) {
            case 0x1f8b -> Compression.Kind.GZIP;
            case 0x425a -> Compression.Kind.BZIP2;
            case 0x5d00 -> Compression.Kind.LZMA;
            case 0xfd37 -> Compression.Kind.XZ;
            case 0x894c -> Compression.Kind.LZO;
            case 0x0221 -> Compression.Kind.LZ4;
            case 0x28b5 -> Compression.Kind.ZSTD;
            default -> null;
        };
    }

    /**
     * Opens the member that starts at the input's position. The result ends where the member ends,
     * throws {@link MalformedImageException} for everything that is wrong with the data, and does
     * not close the input.
     *
     * @param memoryLimit most bytes that a decoder may ask for by its header
     */
    public static InputStream open(Compression.Kind kind, RawInput raw, long memoryLimit)
            throws IOException {
        return new Checked(kind, raw, memoryLimit);
    }

    private static InputStream decoder(Compression.Kind kind, RawInput raw, long memoryLimit)
            throws IOException {
        InputStream kept = new KeptOpen(raw);
        int kibibytes = (int) Math.min(Integer.MAX_VALUE, memoryLimit >> 10);
        return switch (kind) {
            case NONE -> kept;
            case GZIP -> new GzipDecoder(raw);
            case BZIP2 -> new BZip2CompressorInputStream(kept, false);
            case LZMA -> new LZMAInputStream(kept, kibibytes);
            case XZ -> new SingleXZInputStream(kept, kibibytes);
            case LZO -> new LzopDecoder(raw);
            case LZ4 -> new Lz4LegacyDecoder(raw);
            case ZSTD -> Zstd.decoder(raw, memoryLimit);
        };
    }

    /** Tells faults of the data from failures of the source. */
    private static final class Checked extends InputStream {
        private final Compression.Kind kind;
        private final RawInput raw;
        private InputStream in;

        Checked(Compression.Kind kind, RawInput raw, long memoryLimit) throws IOException {
            this.kind = kind;
            this.raw = raw;
            try {
                in = decoder(kind, raw, memoryLimit);
            } catch (IOException | RuntimeException e) {
                throw translate(e);
            } catch (OutOfMemoryError e) {
                throw tooLarge();
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int from, int length) throws IOException {
            try {
                return in.read(target, from, length);
            } catch (IOException | RuntimeException e) {
                throw translate(e);
            } catch (OutOfMemoryError e) {
                throw tooLarge();
            }
        }

        /** A dictionary within the limit may still not fit the heap. */
        private LimitExceededException tooLarge() {
            return new LimitExceededException(
                    kind
                            + " member needs more memory to unpack than the heap of "
                            + (Runtime.getRuntime().maxMemory() >> 20)
                            + " MiB has left (java -Xmx)");
        }

        private RuntimeException translate(Exception e) throws IOException {
            if (raw.failure() != null) {
                throw raw.failure();
            }
            if (e instanceof dev.wasmlinux.initramfs.InitramfsException ours) {
                return ours;
            }
            if (e instanceof MemoryLimitException) {
                return new LimitExceededException(kind + " member: " + e.getMessage());
            }
            String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            return new MalformedImageException(
                    raw.position(), kind + " member is damaged: " + message, e);
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    /** Protects the image from decoders that close it. */
    static final class KeptOpen extends FilterInputStream {
        KeptOpen(InputStream in) {
            super(in);
        }

        @Override
        public void close() {}
    }
}
