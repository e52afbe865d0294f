/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.newc;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Hands everything to a stream. */
class StreamSink implements ArchiveSink {
    private final OutputStream out;
    private byte[] scratch;

    StreamSink(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        out.write(bytes, from, length);
    }

    @Override
    public long transferFrom(FileChannel source, long offset, long count) throws IOException {
        if (scratch == null) {
            scratch = new byte[64 << 10];
        }
        long done = 0;
        while (done < count) {
            int wanted = (int) Math.min(scratch.length, count - done);
            int step = source.read(ByteBuffer.wrap(scratch, 0, wanted), offset + done);
            if (step < 0) {
                break;
            }
            write(scratch, 0, step);
            done += step;
        }
        return done;
    }
}
