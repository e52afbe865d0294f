/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Memories of the hand-written guest: words found by a base that is only a number. */
public final class TestMemory {
    private static final AtomicLong NEXT = new AtomicLong(1L << 40);
    private static final Map<Long, long[]> MEMORIES = new ConcurrentHashMap<>();

    private static final Map<Long, Runnable> FAULTS = new ConcurrentHashMap<>();

    private TestMemory() {}

    /** A new memory with the given words. */
    static long create(long[] words) {
        long base = NEXT.getAndAdd(1 << 20);
        MEMORIES.put(base, words);
        return base;
    }

    static long[] words(long base) {
        return MEMORIES.get(base);
    }

    /** Guest code: mixes a value into a word. */
    public static void add(int index, long value, long base) {
        long[] words = MEMORIES.get(base);
        words[index] = words[index] * 1_000_003 + value;
    }

    /** Guest code: an access that enters the host. */
    public static void touch(long base) {
        FAULTS.get(base).run();
    }

    static void onTouch(long base, Runnable fault) {
        FAULTS.put(base, fault);
    }
}
