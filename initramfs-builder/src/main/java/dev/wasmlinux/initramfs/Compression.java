/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import java.util.Locale;
import java.util.Objects;

/**
 * How a segment of an image is compressed: only what the kernel's own decompressors unpack ({@code
 * lib/decompress.c} and the decoders beside it). Immutable.
 *
 * <p>The settings that the kernel refuses are not expressible: xz always gets a CRC32 check, lz4
 * the legacy frame, gzip no name and no time.
 */
public final class Compression {
    /** The methods. */
    public enum Kind {
        /** A plain archive. */
        NONE(0, 0, 0),
        /** gzip, levels 1 to 9. */
        GZIP(1, 9, 6),
        /** bzip2, block sizes 1 to 9 times 100 000 bytes. */
        BZIP2(1, 9, 9),
        /** The old lzma format, presets 0 to 9. */
        LZMA(0, 9, 6),
        /** xz with CRC32, presets 0 to 9. */
        XZ(0, 9, 6),
        /** The lzop file format with LZO1X, one level. */
        LZO(1, 1, 1),
        /** The legacy lz4 frame, level 1 fast, level 9 searching longer. */
        LZ4(1, 9, 1),
        /** zstd; levels other than 3 need the optional dependency zstd-jni. */
        ZSTD(1, 22, 3);

        private final int lowest;
        private final int highest;
        private final int usual;

        Kind(int lowest, int highest, int usual) {
            this.lowest = lowest;
            this.highest = highest;
            this.usual = usual;
        }

        /** Lowest level. */
        public int lowestLevel() {
            return lowest;
        }

        /** Highest level. */
        public int highestLevel() {
            return highest;
        }

        /** Level if none is given. */
        public int usualLevel() {
            return usual;
        }
    }

    /** Branch filters of xz; each helps, and is understood, only on its own processor. */
    public enum Branch {
        /** No filter. */
        NONE,
        /** x86, 32 and 64 bit. */
        X86,
        /** 32-bit ARM code. */
        ARM,
        /** ARM Thumb code. */
        ARM_THUMB,
        /** Big-endian PowerPC. */
        POWERPC,
        /** SPARC. */
        SPARC
    }

    private static final Compression PLAIN = new Compression(Kind.NONE, 0, Branch.NONE);

    private final Kind kind;
    private final int level;
    private final Branch branch;

    private Compression(Kind kind, int level, Branch branch) {
        this.kind = kind;
        this.level = level;
        this.branch = branch;
    }

    /** No compression. */
    public static Compression none() {
        return PLAIN;
    }

    /** gzip at level 6. */
    public static Compression gzip() {
        return of(Kind.GZIP);
    }

    /** gzip at a level from 1 to 9. */
    public static Compression gzip(int level) {
        return of(Kind.GZIP, level);
    }

    /** A method at its usual level. */
    public static Compression of(Kind kind) {
        return of(kind, kind.usual);
    }

    /**
     * A method at a level.
     *
     * @throws UnsupportedCompressionException if the method has no such level
     */
    public static Compression of(Kind kind, int level) {
        Objects.requireNonNull(kind, "kind");
        if (level < kind.lowest || level > kind.highest) {
            throw new UnsupportedCompressionException(
                    kind.name().toLowerCase(Locale.ROOT)
                            + " has no level "
                            + level
                            + ", only "
                            + kind.lowest
                            + " to "
                            + kind.highest);
        }
        return kind == Kind.NONE ? PLAIN : new Compression(kind, level, Branch.NONE);
    }

    /**
     * xz with a branch filter: only for kernels of that processor with {@code XZ_DEC_*} set, every
     * other kernel refuses the image.
     */
    public static Compression xz(int level, Branch branch) {
        Compression plain = of(Kind.XZ, level);
        return new Compression(Kind.XZ, plain.level, Objects.requireNonNull(branch, "branch"));
    }

    /**
     * Reads {@code KIND[:LEVEL]}, for instance {@code zstd} or {@code gzip:9}; {@code xz:6:x86}
     * names a branch filter.
     *
     * @throws UnsupportedCompressionException if there is no such method or level
     */
    public static Compression parse(String text) {
        String[] parts = text.split(":", -1);
        Kind kind = null;
        for (Kind candidate : Kind.values()) {
            if (candidate.name().equalsIgnoreCase(parts[0])) {
                kind = candidate;
            }
        }
        if (kind == null || parts.length > 3 || (parts.length == 3 && kind != Kind.XZ)) {
            throw new UnsupportedCompressionException(
                    "'"
                            + text
                            + "' is none of none, gzip, bzip2, lzma, xz, lzo, lz4, zstd with"
                            + " :LEVEL");
        }
        if (parts.length == 1) {
            return of(kind);
        }
        int level;
        try {
            level = Integer.parseInt(parts[1]);
        } catch (NumberFormatException e) {
            throw new UnsupportedCompressionException(
                    "'" + parts[1] + "' in '" + text + "' is no level");
        }
        if (parts.length == 2) {
            return of(kind, level);
        }
        for (Branch branch : Branch.values()) {
            if (branch.name().replace('_', '-').equalsIgnoreCase(parts[2])) {
                return xz(level, branch);
            }
        }
        throw new UnsupportedCompressionException(
                "'" + parts[2] + "' in '" + text + "' is no branch filter");
    }

    /** The method. */
    public Kind kind() {
        return kind;
    }

    /** The level. */
    public int level() {
        return level;
    }

    /** The branch filter; {@link Branch#NONE} for all methods but xz. */
    public Branch branch() {
        return branch;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Compression that
                && kind == that.kind
                && level == that.level
                && branch == that.branch;
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, level, branch);
    }

    /** The text that {@link #parse} reads. */
    @Override
    public String toString() {
        String name = kind.name().toLowerCase(Locale.ROOT);
        if (kind == Kind.NONE) {
            return name;
        }
        String text = name + ":" + level;
        return branch == Branch.NONE
                ? text
                : text + ":" + branch.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
