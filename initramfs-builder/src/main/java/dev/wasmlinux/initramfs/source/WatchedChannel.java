/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/** A channel for reading that remembers its own failure, which is no fault of the data. */
final class WatchedChannel implements SeekableByteChannel {
    private final SeekableByteChannel channel;
    private IOException failure;

    WatchedChannel(SeekableByteChannel channel) {
        this.channel = channel;
    }

    /** What reading failed with, or null. */
    IOException failure() {
        return failure;
    }

    private IOException note(IOException e) {
        failure = e;
        return e;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        try {
            return channel.read(target);
        } catch (IOException e) {
            throw note(e);
        }
    }

    @Override
    public long position() throws IOException {
        try {
            return channel.position();
        } catch (IOException e) {
            throw note(e);
        }
    }

    @Override
    public WatchedChannel position(long position) throws IOException {
        if (position < 0) {
            throw new IOException("it leads to byte " + position);
        }
        try {
            channel.position(position);
            return this;
        } catch (IOException e) {
            throw note(e);
        }
    }

    @Override
    public long size() throws IOException {
        try {
            return channel.size();
        } catch (IOException e) {
            throw note(e);
        }
    }

    @Override
    public int write(ByteBuffer source) {
        throw new NonWritableChannelException();
    }

    @Override
    public SeekableByteChannel truncate(long size) {
        throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
