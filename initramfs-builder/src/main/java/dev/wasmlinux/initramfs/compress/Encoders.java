/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.compress;

import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.UnsupportedCompressionException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.tukaani.xz.ARMOptions;
import org.tukaani.xz.ARMThumbOptions;
import org.tukaani.xz.FilterOptions;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.LZMAOutputStream;
import org.tukaani.xz.PowerPCOptions;
import org.tukaani.xz.SPARCOptions;
import org.tukaani.xz.UnsupportedOptionsException;
import org.tukaani.xz.X86Options;
import org.tukaani.xz.XZ;
import org.tukaani.xz.XZOutputStream;

/** Opens the encoders of compressed members. */
public final class Encoders {
    private Encoders() {}

    /**
     * Refuses what cannot be produced here, before anything is written.
     *
     * @param threads how many members are compressed at the same time
     * @throws UnsupportedCompressionException saying what is missing
     */
    public static void require(Compression compression, int threads) {
        switch (compression.kind()) {
            case ZSTD -> Zstd.require(compression);
            case LZMA, XZ -> requireHeap(compression, threads);
            default -> {}
        }
    }

    private static void requireHeap(Compression compression, int threads) {
        long each = lzma(compression).getEncoderMemoryUsage() * 1024L;
        long there = Runtime.getRuntime().maxMemory();
        if (each * threads > there) {
            throw new UnsupportedCompressionException(
                    String.format(
                            Locale.ROOT,
                            "%s needs %d MiB of heap for each of %d threads, and this virtual"
                                    + " machine has %d MiB: take a lower level, fewer threads, or"
                                    + " more heap (-Xmx)",
                            compression,
                            each >> 20,
                            threads,
                            there >> 20));
        }
    }

    private static LZMA2Options lzma(Compression compression) {
        try {
            return new LZMA2Options(compression.level());
        } catch (UnsupportedOptionsException e) {
            throw new AssertionError("all levels are presets", e);
        }
    }

    /** Opens a member; closing the result ends the member and leaves {@code out} open. */
    public static OutputStream open(Compression compression, OutputStream out) throws IOException {
        OutputStream kept = new KeptOpen(out);
        return switch (compression.kind()) {
            case NONE -> kept;
            case GZIP -> new GzipEncoder(kept, compression.level());
            case BZIP2 -> new BZip2CompressorOutputStream(kept, compression.level());
            case LZMA -> new LZMAOutputStream(kept, lzma(compression), -1);
            case XZ -> new XZOutputStream(kept, xzFilters(compression), XZ.CHECK_CRC32);
            case LZO -> new LzopEncoder(kept);
            case LZ4 -> new Lz4LegacyEncoder(kept, compression.level());
            case ZSTD -> Zstd.encoder(kept, compression.level());
        };
    }

    private static FilterOptions[] xzFilters(Compression compression) throws IOException {
        LZMA2Options lzma = lzma(compression);
        FilterOptions branch =
                switch (compression.branch()) {
                    case NONE -> null;
                    case X86 -> new X86Options();
                    case ARM -> new ARMOptions();
                    case ARM_THUMB -> new ARMThumbOptions();
                    case POWERPC -> new PowerPCOptions();
                    case SPARC -> new SPARCOptions();
                };
        return branch == null ? new FilterOptions[] {lzma} : new FilterOptions[] {branch, lzma};
    }

    /** Flushes instead of closing. */
    private static final class KeptOpen extends FilterOutputStream {
        KeptOpen(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
        }

        @Override
        public void flush() {
            // The image flushes once, at its end.
        }

        @Override
        public void close() {}
    }
}
