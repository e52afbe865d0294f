/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.compress;

import dev.wasmlinux.initramfs.Compression;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.tukaani.xz.ARMOptions;
import org.tukaani.xz.ARMThumbOptions;
import org.tukaani.xz.FilterOptions;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.LZMAOutputStream;
import org.tukaani.xz.PowerPCOptions;
import org.tukaani.xz.SPARCOptions;
import org.tukaani.xz.X86Options;
import org.tukaani.xz.XZ;
import org.tukaani.xz.XZOutputStream;

/** Opens the encoders of compressed members. */
public final class Encoders {
    private Encoders() {}

    /**
     * Refuses what cannot be produced here, before anything is written.
     *
     * @throws dev.wasmlinux.initramfs.UnsupportedCompressionException saying what is missing
     */
    public static void require(Compression compression) {
        if (compression.kind() == Compression.Kind.ZSTD) {
            Zstd.require(compression);
        }
    }

    /** Opens a member; closing the result ends the member and leaves {@code out} open. */
    public static OutputStream open(Compression compression, OutputStream out) throws IOException {
        OutputStream kept = new KeptOpen(out);
        return switch (compression.kind()) {
            case NONE -> kept;
            case GZIP -> new GzipEncoder(kept, compression.level());
            case BZIP2 -> new BZip2CompressorOutputStream(kept, compression.level());
            case LZMA -> new LZMAOutputStream(kept, new LZMA2Options(compression.level()), -1);
            case XZ -> new XZOutputStream(kept, xzFilters(compression), XZ.CHECK_CRC32);
            case LZO -> new LzopEncoder(kept);
            case LZ4 -> new Lz4LegacyEncoder(kept, compression.level());
            case ZSTD -> Zstd.encoder(kept, compression.level());
        };
    }

    private static FilterOptions[] xzFilters(Compression compression) throws IOException {
        LZMA2Options lzma = new LZMA2Options(compression.level());
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
