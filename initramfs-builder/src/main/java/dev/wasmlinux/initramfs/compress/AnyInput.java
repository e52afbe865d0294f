/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.compress;

import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.LimitExceededException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes of a file that may be compressed, in one or several members; told by its first bytes.
 */
public final class AnyInput extends InputStream {
    private static final long DECODER_MEMORY = 256L << 20;

    private final RawInput raw;
    private final long limit;
    private InputStream member;
    private boolean started;
    private boolean plain;
    private long count;

    /**
     * @param raw the file, closed with this stream
     * @param limit most bytes to give
     */
    public AnyInput(RawInput raw, long limit) {
        this.raw = raw;
        this.limit = limit;
    }

    /** Bytes given so far. */
    public long count() {
        return count;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (true) {
            if (member == null && !next()) {
                return -1;
            }
            int got = member.read(target, from, length);
            if (got >= 0) {
                count += got;
                if (count > limit) {
                    throw new LimitExceededException("more than " + limit + " unpacked bytes");
                }
                return got;
            }
            if (plain) {
                return -1;
            }
            member.close();
            member = null;
        }
    }

    private boolean next() throws IOException {
        if (started) {
            // NULs may pad a compressed file.
            while (raw.peek() == 0) {
                raw.skip(1);
            }
        }
        Compression.Kind kind = Decoders.detect(raw.peek(2));
        plain = !started && kind == null;
        started = true;
        if (plain) {
            member = raw;
            return true;
        }
        if (kind == null) {
            return false;
        }
        member = Decoders.open(kind, raw, DECODER_MEMORY);
        return true;
    }

    @Override
    public void close() throws IOException {
        try {
            if (member != null && !plain) {
                member.close();
            }
        } finally {
            raw.close();
        }
    }
}
