/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.device;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.Condition;

/**
 * One port of a {@link VirtioConsole}: a pair of byte streams between host and guest. Thread safe;
 * methods here are for host threads, and those of the streams block.
 *
 * <p><b>Back pressure.</b> What the host writes goes straight into buffers of the guest; the writer
 * waits while there are none. What the guest writes goes into a buffer of the host; while that is
 * full, the guest's own buffer is not given back. A program that writes to a named port then waits.
 *
 * <p><b>The console port is different</b>, because the kernel's driver spins with interrupts off
 * until the host takes its bytes: as long as nobody has called {@link #output}, or after that
 * stream was closed, the oldest output is dropped instead ({@link #droppedBytes}). So who opens the
 * output of the console must go on reading.
 *
 * <p><b>Ends travel both ways.</b> When the host closes its side, the guest reads end of file after
 * the bytes sent before. When the guest closes the port, the host reads end of file after the bytes
 * written before, and a host writer gets an exception. A port can be opened again by either side;
 * the guest learns only the last state if it is slow, so a protocol above must not close and open
 * without an answer in between.
 */
public final class ConsolePort {

    private final VirtioConsole console;
    private final int number;
    private final String name;
    private final boolean drops;
    private final byte[] ring;
    private final OutputStream input = new Input();
    private final InputStream output = new Output();

    // Guarded by the lock of the link, once attached.
    private VirtioLink link;
    private Virtqueue receive;
    private Virtqueue transmit;
    private Condition changed;
    private DescriptorChain partial;
    private int ringStart;
    private int ringCount;
    private long dropped;
    private boolean attached;
    private boolean guestOpen;
    private boolean hostOpen = true;

    /** How often the guest opened the port. */
    private long openings;

    /** How often the host's reader was detached. */
    private long detachments;

    ConsolePort(VirtioConsole console, int number, String name, boolean drops, int bufferBytes) {
        this.console = console;
        this.number = number;
        this.name = name;
        this.drops = drops;
        this.ring = new byte[bufferBytes];
    }

    /**
     * The number of the port.
     *
     * @return 0 for the console
     */
    public int number() {
        return number;
    }

    /**
     * The name of the port, which the guest sees in /sys/class/virtio-ports.
     *
     * @return never empty
     */
    public String name() {
        return name;
    }

    /**
     * What the guest reads from the port. Writing blocks until all bytes lie in buffers of the
     * guest, and first until the guest opens the port for the first time. It throws IOException if
     * the guest closes the port meanwhile or has it closed after having opened it, if the host's
     * side is closed, or if the machine has ended; and InterruptedIOException, with the bytes that
     * went over, if the thread is interrupted. Closing the stream is {@code setOpen(false)}.
     * Several writers may mix their bytes.
     *
     * @return always the same stream
     */
    public OutputStream input() {
        return input;
    }

    /**
     * What the guest writes to the port. Reading blocks until there is at least one byte, also
     * before the guest first opens the port; it returns -1 while the guest has the port closed
     * after having opened it, while the host's side is closed, or when the machine has ended, each
     * after the last byte. Calling this method attaches a reader; closing the stream detaches it
     * and ends a read that waits, with -1. Several readers may share the bytes.
     *
     * @return always the same stream
     */
    public InputStream output() {
        link().lock();
        try {
            attached = true;
        } finally {
            link.unlock();
        }
        return output;
    }

    /**
     * Opens or closes the host's side. It is open in the beginning. While it is closed, the guest
     * reads end of file and sees POLLHUP (in Linux a write then waits), and what it writes, or had
     * written when the host's buffer was full, is dropped.
     *
     * @param open whether the host takes part
     */
    public void setOpen(boolean open) {
        link().lock();
        try {
            if (hostOpen != open) {
                hostOpen = open;
                // The guest takes its buffers back when it hears of the end, so they come first.
                transmitReady();
                console.sendOpen(this);
                changed.signalAll();
            }
        } finally {
            link.unlock();
        }
    }

    /**
     * Whether the guest has the port open.
     *
     * @return the state at this moment
     */
    public boolean isGuestOpen() {
        link().lock();
        try {
            return guestOpen;
        } finally {
            link.unlock();
        }
    }

    /**
     * Waits until the guest has the port open or closed.
     *
     * @param open the state to wait for
     * @param timeout greatest time to wait
     * @return true if the port is in that state; false after the time, or if the machine has ended
     * @throws InterruptedException if the thread is interrupted
     */
    public boolean awaitGuestOpen(boolean open, Duration timeout) throws InterruptedException {
        long start = System.nanoTime();
        long limit = timeout.toNanos();
        link().lock();
        try {
            while (guestOpen != open) {
                long left = limit - (System.nanoTime() - start);
                if (left <= 0 || link.isEnded()) {
                    return false;
                }
                link.await(changed, left);
            }
            return true;
        } finally {
            link.unlock();
        }
    }

    /**
     * Bytes of output that were dropped: nobody read the console, or the host's side was closed.
     *
     * @return their number since the beginning
     */
    public long droppedBytes() {
        link().lock();
        try {
            return dropped;
        } finally {
            link.unlock();
        }
    }

    private VirtioLink link() {
        if (link == null) {
            throw new IllegalStateException("the console is not connected to a machine yet");
        }
        return link;
    }

    // What follows is for the console, with the lock held.

    void attach(VirtioLink to, Virtqueue receiveQueue, Virtqueue transmitQueue) {
        link = to;
        receive = receiveQueue;
        transmit = transmitQueue;
        link.lock();
        try {
            changed = link.newCondition();
        } finally {
            link.unlock();
        }
    }

    boolean isOpen() {
        return hostOpen;
    }

    void setGuestOpen(boolean open) {
        if (open && !guestOpen) {
            openings++;
        }
        guestOpen = open;
        changed.signalAll();
    }

    void receiveReady() {
        changed.signalAll();
    }

    void reset() {
        partial = null;
        setGuestOpen(false);
    }

    /** Moves bytes of the guest to the host's buffer as far as it has room. */
    void transmitReady() {
        if (!link.isActive()) {
            return;
        }
        int before = ringCount;
        for (int budget = transmit.size(); budget > 0; budget--) {
            if (partial == null) {
                partial = transmit.poll();
                if (partial == null) {
                    break;
                }
            }
            if (!hostOpen) {
                dropped += partial.skip(Long.MAX_VALUE);
            } else if (drops && !attached) {
                makeRoom();
            }
            fillRing();
            if (partial.readableRemaining() > 0) {
                break;
            }
            transmit.complete(partial, 0);
            partial = null;
        }
        if (ringCount > before) {
            changed.signalAll();
        }
    }

    /** Drops the oldest bytes, so that the newest of the chain find room. */
    private void makeRoom() {
        long surplus = partial.readableRemaining() - ring.length;
        if (surplus > 0) {
            dropped += partial.skip(surplus);
        }
        int excess = (int) (ringCount + partial.readableRemaining() - ring.length);
        if (excess > 0) {
            dropped += excess;
            ringStart = (ringStart + excess) % ring.length;
            ringCount -= excess;
        }
    }

    private void fillRing() {
        while (ringCount < ring.length && partial.readableRemaining() > 0) {
            int end = (ringStart + ringCount) % ring.length;
            int room = Math.min(ring.length - ringCount, ring.length - end);
            ringCount += partial.read(ring, end, room);
        }
    }

    private int drainRing(byte[] target, int offset, int length) {
        int done = 0;
        while (done < length && ringCount > 0) {
            int step = Math.min(Math.min(length - done, ringCount), ring.length - ringStart);
            System.arraycopy(ring, ringStart, target, offset + done, step);
            ringStart = (ringStart + step) % ring.length;
            ringCount -= step;
            done += step;
        }
        return done;
    }

    /** Moves bytes into buffers of the guest, at most one queue full of them. */
    private int feed(byte[] bytes, int offset, int length) {
        int done = 0;
        for (int budget = receive.size(); budget > 0 && done < length; budget--) {
            DescriptorChain chain = receive.poll();
            if (chain == null) {
                break;
            }
            if (chain.writableBytes() == 0) {
                link.fail("port " + number + " gives receive buffers without room");
                break;
            }
            int step = chain.write(bytes, offset + done, length - done);
            receive.complete(chain, step);
            done += step;
        }
        return done;
    }

    private final class Input extends OutputStream {

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            int done = 0;
            long opening = 0;
            link().lock();
            try {
                while (done < length) {
                    if (link.isEnded()) {
                        throw new IOException("port " + name + ": the machine has ended");
                    }
                    if (!hostOpen) {
                        throw new IOException("port " + name + ": closed");
                    }
                    if (opening == 0) {
                        opening = openings;
                    }
                    if (opening != 0 && (!guestOpen || opening != openings)) {
                        throw new IOException("port " + name + ": closed by the guest");
                    }
                    int step = guestOpen ? feed(bytes, offset + done, length - done) : 0;
                    done += step;
                    if (step > 0) {
                        // Let others in, and the interrupt out.
                        link.unlock();
                        link.lock();
                    } else {
                        link.await(changed, Long.MAX_VALUE);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                InterruptedIOException failure =
                        new InterruptedIOException("port " + name + ": writer interrupted");
                failure.bytesTransferred = done;
                throw failure;
            } finally {
                link.unlock();
            }
        }

        @Override
        public void close() {
            setOpen(false);
        }
    }

    private final class Output extends InputStream {

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            if (length == 0) {
                return 0;
            }
            link().lock();
            try {
                long attachment = detachments;
                while (true) {
                    int done = drainRing(bytes, offset, length);
                    // Room was made, so what waits in the guest's buffers can follow.
                    transmitReady();
                    if (done > 0) {
                        return done;
                    }
                    if (ringCount > 0) {
                        continue;
                    }
                    if (link.isEnded()
                            || !hostOpen
                            || openings > 0 && !guestOpen
                            || attachment != detachments) {
                        return -1;
                    }
                    link.await(changed, Long.MAX_VALUE);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("port " + name + ": reader interrupted");
            } finally {
                link.unlock();
            }
        }

        @Override
        public int available() {
            link().lock();
            try {
                return ringCount;
            } finally {
                link.unlock();
            }
        }

        @Override
        public void close() {
            link().lock();
            try {
                attached = false;
                detachments++;
                changed.signalAll();
                if (drops) {
                    transmitReady();
                }
            } finally {
                link.unlock();
            }
        }
    }
}
