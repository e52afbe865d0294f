/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import static dev.wasmlinux.host.memory.Raw.UNSAFE;

import dev.wasmlinux.host.rt.GuestThread;
import dev.wasmlinux.host.rt.TlbMemory;
import dev.wasmlinux.host.rt.UserAccess;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Guest memory of tests: flat, or behind a TLB whose pages lie in shuffled frames. */
final class TestMemory implements AutoCloseable {
    static final int SIZE = 16 << 20;

    private static final int HEADER = 4096;

    final long base;
    private final Form form;
    private final long block;
    private final long frames;
    private final List<Integer> frameOfPage;
    final AtomicInteger faults = new AtomicInteger();

    TestMemory(Form form) {
        this.form = form;
        int tables = form == Form.PROGRAM ? 2 * TlbMemory.WRITE_TABLE : 0;
        long size = HEADER + tables + SIZE + TlbMemory.PAGE_SIZE;
        block = UNSAFE.allocateMemory(size);
        UNSAFE.setMemory(block, size, (byte) 0);
        long start = block + HEADER & -HEADER;
        base = start;
        frames = start + tables;
        frameOfPage =
                IntStream.range(0, SIZE / TlbMemory.PAGE_SIZE).boxed().collect(Collectors.toList());
        Collections.shuffle(frameOfPage, new Random(1));
        UNSAFE.putLong(base - 32, SIZE);
    }

    private long host(int address) {
        if (form == Form.KERNEL) {
            return base + address;
        }
        int page = address >>> TlbMemory.PAGE_SHIFT;
        return frames
                + ((long) frameOfPage.get(page) << TlbMemory.PAGE_SHIFT)
                + (address & TlbMemory.PAGE_SIZE - 1);
    }

    /** Maps the page of an address for reading, and for writing if wanted. */
    void map(int address, boolean write) {
        int page = address >>> TlbMemory.PAGE_SHIFT;
        int start = page << TlbMemory.PAGE_SHIFT;
        long entry = host(start) - start;
        UNSAFE.putLong(base + page * 8L, entry);
        if (write) {
            UNSAFE.putLong(base + TlbMemory.WRITE_TABLE + page * 8L, entry);
        }
    }

    /** Lets a page be read where another one lies. */
    void mapTo(int address, int other) {
        int page = address >>> TlbMemory.PAGE_SHIFT;
        int start = page << TlbMemory.PAGE_SHIFT;
        UNSAFE.putLongVolatile(null, base + page * 8L, host(other) - start);
    }

    /** Drops all translations. */
    void unmapAll() {
        UNSAFE.setMemory(base, 2L * TlbMemory.WRITE_TABLE, (byte) 0);
    }

    void write(int address, ByteBuffer bytes) {
        for (int i = 0; i < bytes.remaining(); i++) {
            UNSAFE.putByte(host(address + i), bytes.get(bytes.position() + i));
        }
    }

    byte[] read(int address, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = UNSAFE.getByte(host(address + i));
        }
        return bytes;
    }

    void load(CompiledModule module) {
        module.layout().data().forEach(data -> write(data.address(), data.buffer()));
    }

    void clear() {
        UNSAFE.setMemory(form == Form.KERNEL ? base : frames, SIZE, (byte) 0);
    }

    /** Sets the word below the base that the poll of this form looks at. */
    void setPollWord(int value) {
        UNSAFE.putIntVolatile(null, base - 16, value);
    }

    int pollWord() {
        return UNSAFE.getIntVolatile(null, base - 16);
    }

    @Override
    public void close() {
        UNSAFE.freeMemory(block);
    }

    /** A trap seen by {@link Access}. */
    static final class Trapped extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final int kind;
        final int address;

        Trapped(int kind, int address) {
            super("trap " + kind, null, false, false);
            this.kind = kind;
            this.address = address;
        }
    }

    /** Slow paths that map every page of test memory on demand. */
    class Access implements UserAccess {
        int polls;

        @Override
        public void fault(int address, boolean write) {
            faults.incrementAndGet();
            if (address < 0 || address >= SIZE) {
                throw new Trapped(100, address);
            }
            map(address, write);
        }

        @Override
        public void poll() {
            polls++;
            setPollWord(0);
        }

        @Override
        public void trap(int kind, int address) {
            throw new Trapped(kind, address);
        }

        @Override
        public int futexWait(int address, int expected, long timeoutNanos) {
            return expected == 7 ? 2 : 1;
        }

        @Override
        public int futexWait64(int address, long expected, long timeoutNanos) {
            return expected == 7 ? 2 : 1;
        }

        @Override
        public int futexWake(int address, int count) {
            return count;
        }
    }

    /** Runs something on a guest thread and answers its result or throws what it threw. */
    static <T> T onGuestThread(UserAccess access, long stack, Callable<T> body) {
        Object[] outcome = new Object[2];
        GuestThread thread =
                new GuestThread(
                        null,
                        () -> {
                            try {
                                outcome[0] = body.call();
                            } catch (Throwable e) {
                                outcome[1] = e;
                            }
                        },
                        "guest",
                        stack);
        thread.user = access;
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        if (outcome[1] instanceof RuntimeException e) {
            throw e;
        } else if (outcome[1] instanceof Error e) {
            throw e;
        } else if (outcome[1] != null) {
            throw new AssertionError((Throwable) outcome[1]);
        }
        @SuppressWarnings("unchecked")
        T result = (T) outcome[0];
        return result;
    }

    @Override
    public String toString() {
        return form + " memory, frames " + Arrays.toString(frameOfPage.subList(0, 4).toArray());
    }
}
