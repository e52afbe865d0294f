/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.compress;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.LimitExceededException;
import dev.wasmlinux.initramfs.UnsupportedCompressionException;
import io.airlift.compress.zstd.ZstdInputStream;
import io.airlift.compress.zstd.ZstdOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * zstd by aircompressor (pure Java, one level, windows to 8 MiB) and, for everything else, by
 * zstd-jni if it is there.
 */
public final class Zstd {
    /** Largest window that the kernel takes: ZSTD_WINDOWSIZE_MAX in lib/decompress_unzstd.c. */
    public static final long KERNEL_WINDOW = 1L << 27;

    private static final long JAVA_WINDOW = 8L << 20;
    private static final int LAST_LEVEL_OF_SMALL_WINDOWS = 19;

    /** 32 MiB: the kernel needs the window as memory while it unpacks. */
    private static final int WINDOW_LOG = 25;

    private Zstd() {}

    static void require(Compression compression) {
        if (compression.level() != Compression.Kind.ZSTD.usualLevel() && !nativeThere()) {
            throw new UnsupportedCompressionException(
                    compression
                            + " needs com.github.luben:zstd-jni on the class or module path;"
                            + " without it only zstd:"
                            + Compression.Kind.ZSTD.usualLevel());
        }
    }

    static boolean nativeThere() {
        try {
            Class.forName("com.github.luben.zstd.Zstd", false, Zstd.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    static OutputStream encoder(OutputStream out, int level) throws IOException {
        if (level == Compression.Kind.ZSTD.usualLevel()) {
            return new ZstdOutputStream(out);
        }
        return Native.encoder(out, level);
    }

    static InputStream decoder(RawInput raw, long memoryLimit) throws IOException {
        ZstdFrame frame = new ZstdFrame(raw);
        if (frame.window() > memoryLimit) {
            throw new LimitExceededException(
                    "zstd window of " + frame.window() + " bytes, more than " + memoryLimit);
        }
        InputStream in;
        if (frame.window() <= JAVA_WINDOW) {
            in = new ZstdInputStream(frame);
        } else if (nativeThere()) {
            in = Native.decoder(frame);
        } else {
            throw new UnsupportedCompressionException(
                    "zstd window of "
                            + frame.window()
                            + " bytes; more than "
                            + JAVA_WINDOW
                            + " needs com.github.luben:zstd-jni on the class or module path");
        }
        return new Whole(in, frame);
    }

    /** Touches zstd-jni only when it is needed. */
    private static final class Native {
        static OutputStream encoder(OutputStream out, int level) throws IOException {
            ZstdOutputStreamNoFinalizer encoder = new ZstdOutputStreamNoFinalizer(out, level);
            if (level > LAST_LEVEL_OF_SMALL_WINDOWS) {
                encoder.setLong(WINDOW_LOG);
            }
            return encoder;
        }

        static InputStream decoder(InputStream in) throws IOException {
            ZstdInputStreamNoFinalizer decoder = new ZstdInputStreamNoFinalizer(in);
            decoder.setLongMax(27);
            return decoder;
        }
    }

    /** Makes sure that a decoder which is content has seen the whole frame. */
    private static final class Whole extends InputStream {
        private final InputStream in;
        private final ZstdFrame frame;

        Whole(InputStream in, ZstdFrame frame) {
            this.in = in;
            this.frame = frame;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int from, int length) throws IOException {
            int got = in.read(target, from, length);
            if (got < 0 && !frame.complete()) {
                throw new EOFException("cut short");
            }
            return got;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
