/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

/**
 * What a reader gives an image it does not trust. Immutable.
 *
 * @param entries most entries
 * @param unpacked most bytes after decompression, all members together
 * @param decoderMemory most bytes a decoder may ask for (window, dictionary)
 * @param text most bytes of a name or a link target; longer ones are errors
 */
public record ReadLimits(long entries, long unpacked, long decoderMemory, int text) {
    /**
     * @throws IllegalArgumentException unless all are positive
     */
    public ReadLimits {
        if (entries <= 0 || unpacked <= 0 || decoderMemory <= 0 || text <= 0) {
            throw new IllegalArgumentException("a limit is not positive");
        }
    }

    /** 16 million entries, 64 GiB unpacked, 256 MiB for a decoder, 64 KiB of name. */
    public static ReadLimits defaults() {
        return new ReadLimits(16_000_000, 64L << 30, 256L << 20, 64 << 10);
    }

    /** The same with another limit of unpacked bytes. */
    public ReadLimits withUnpacked(long bytes) {
        return new ReadLimits(entries, bytes, decoderMemory, text);
    }

    /** The same with another limit of entries. */
    public ReadLimits withEntries(long count) {
        return new ReadLimits(count, unpacked, decoderMemory, text);
    }
}
