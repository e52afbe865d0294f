/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * How one archive is written. Immutable; start from {@link #defaults()} or {@link
 * #matchGenInitCpio()} and change single values.
 */
public final class WriteOptions {
    /** The two forms that the kernel unpacks. */
    public enum Format {
        /** {@code 070701}. */
        NEWC,
        /** {@code 070702}: newc with the sum of each file's bytes. */
        NEWC_CHECKSUM
    }

    /** Largest data alignment: the name field that carries the padding ends at {@code PATH_MAX}. */
    public static final int MAX_ALIGNMENT = 4096;

    private static final WriteOptions DEFAULTS = new WriteOptions(new Values());
    private static final int USUAL_MEMBER_SIZE = 1 << 20;

    private final Values values;

    private WriteOptions(Values values) {
        this.values = values;
    }

    /** The fields; a copy is changed before it is shared. */
    private static final class Values implements Cloneable {
        private Format format = Format.NEWC;
        private Compression compression = Compression.none();
        private int blockSize = 512;
        private int dataAlignment = 4;
        private long firstInode = 1;
        private Map<ArchivePath, Long> inodes = Map.of();
        private OptionalLong latestModified = OptionalLong.empty();
        private int threads = 1;
        private int memberSize;
        private boolean likeGenInitCpio;

        Values copy() {
            try {
                return (Values) clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /**
     * newc, no compression, length padded to 512 bytes, data at multiples of 4, inodes numbered
     * from 1 in the order of the archive, times as they are.
     */
    public static WriteOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Byte for byte what the kernel's {@code usr/gen_init_cpio.c} writes: inodes from 721 on device
     * 3:1, two links for pipes and sockets, a NUL after link targets.
     */
    public static WriteOptions matchGenInitCpio() {
        Values v = new Values();
        v.firstInode = 721;
        v.likeGenInitCpio = true;
        return new WriteOptions(v);
    }

    /** Sets the format. */
    public WriteOptions withFormat(Format format) {
        Values v = values.copy();
        v.format = Objects.requireNonNull(format, "format");
        return new WriteOptions(v);
    }

    /** Sets the compression. */
    public WriteOptions withCompression(Compression compression) {
        Values v = values.copy();
        v.compression = Objects.requireNonNull(compression, "compression");
        return new WriteOptions(v);
    }

    /** Pads the uncompressed archive with NULs to a multiple of {@code bytes}, at least 4. */
    public WriteOptions withBlockSize(int bytes) {
        if (bytes < 4 || bytes % 4 != 0) {
            throw new IllegalArgumentException("block size " + bytes + " is no multiple of 4");
        }
        Values v = values.copy();
        v.blockSize = bytes;
        return new WriteOptions(v);
    }

    /**
     * Lets the data of files that are at least this long start at a multiple of {@code bytes} of
     * the image, by NULs after the name (as {@code gen_init_cpio -a}); useful where a file system
     * shares blocks. A file whose name leaves no room below {@code PATH_MAX} stays at 4 and is
     * counted in the {@link WriteReport}.
     *
     * @param bytes a power of two from 4 to {@value #MAX_ALIGNMENT}
     */
    public WriteOptions withDataAlignment(int bytes) {
        if (bytes < 4 || bytes > MAX_ALIGNMENT || Integer.bitCount(bytes) != 1) {
            throw new IllegalArgumentException(
                    "alignment " + bytes + " is no power of two from 4 to " + MAX_ALIGNMENT);
        }
        Values v = values.copy();
        v.dataAlignment = bytes;
        return new WriteOptions(v);
    }

    /**
     * Sets the number of the first inode, 0 to 2^32-1; the others follow in the archive's order.
     */
    public WriteOptions withFirstInode(long first) {
        Values v = values.copy();
        if (first < 0 || first > Attributes.FIELD_MAX) {
            throw new IllegalArgumentException("inode " + first + " is outside 0..2^32-1");
        }
        v.firstInode = first;
        return new WriteOptions(v);
    }

    /**
     * Gives entries their inode numbers; those not named are numbered in order, leaving out numbers
     * that are taken. Entries of one number must be hard links of each other.
     */
    public WriteOptions withInodes(Map<ArchivePath, Long> numbers) {
        Values v = values.copy();
        v.inodes = Map.copyOf(numbers);
        return new WriteOptions(v);
    }

    /** Clamps later modification times to this one, in seconds since the epoch, 0 to 2^32-1. */
    public WriteOptions withLatestModified(long seconds) {
        Values v = values.copy();
        v.latestModified = OptionalLong.of(Attributes.of(0).withModified(seconds).modified());
        return new WriteOptions(v);
    }

    /**
     * Takes {@link #withLatestModified} from the variable {@code SOURCE_DATE_EPOCH} of an
     * environment, if it is there.
     *
     * @throws IllegalArgumentException if it is no number from 0 to 2^32-1
     */
    public WriteOptions withSourceDateEpoch(Map<String, String> environment) {
        String text = environment.get("SOURCE_DATE_EPOCH");
        if (text == null || text.isEmpty()) {
            return this;
        }
        try {
            return withLatestModified(Long.parseLong(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("SOURCE_DATE_EPOCH '" + text + "' is no number", e);
        }
    }

    /**
     * Compresses on several threads, as members of about 1 MiB (see {@link #withMemberSize}). The
     * bytes do not depend on the number of threads, only on the member size.
     */
    public WriteOptions withThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads " + threads + " is less than 1");
        }
        Values v = values.copy();
        v.threads = threads;
        if (threads > 1 && v.memberSize == 0) {
            v.memberSize = USUAL_MEMBER_SIZE;
        }
        return new WriteOptions(v);
    }

    /**
     * Cuts the compressed archive into members of at least {@code bytes} of uncompressed data, each
     * ending where an entry ends: the kernel refuses members cut elsewhere. Smaller members
     * compress less and give faster access to single files.
     *
     * @param bytes at least 65536, or 0 for a single member
     */
    public WriteOptions withMemberSize(int bytes) {
        if (bytes != 0 && (bytes < 1 << 16 || bytes > 1 << 28)) {
            throw new IllegalArgumentException("member size " + bytes + " is not in 65536..2^28");
        }
        Values v = values.copy();
        v.memberSize = bytes;
        return new WriteOptions(v);
    }

    /** The format. */
    public Format format() {
        return values.format;
    }

    /** The compression. */
    public Compression compression() {
        return values.compression;
    }

    /** Multiple to which the archive is padded, in bytes. */
    public int blockSize() {
        return values.blockSize;
    }

    /** Multiple at which file data starts, in bytes. */
    public int dataAlignment() {
        return values.dataAlignment;
    }

    /** First inode number. */
    public long firstInode() {
        return values.firstInode;
    }

    /** Given inode numbers. */
    public Map<ArchivePath, Long> inodes() {
        return values.inodes;
    }

    /** Time that later ones are clamped to. */
    public OptionalLong latestModified() {
        return values.latestModified;
    }

    /** Compressing threads. */
    public int threads() {
        return values.threads;
    }

    /** Least uncompressed bytes of a compressed member, or 0 for one member. */
    public int memberSize() {
        return values.memberSize;
    }

    /** Whether {@code gen_init_cpio} is matched byte for byte. */
    public boolean likeGenInitCpio() {
        return values.likeGenInitCpio;
    }
}
