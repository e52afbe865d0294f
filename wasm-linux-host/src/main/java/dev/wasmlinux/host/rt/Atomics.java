/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.rt;

import static dev.wasmlinux.host.memory.Raw.UNSAFE;

/**
 * Read-modify-write operations on host addresses, sequentially consistent. The 8- and 16-bit ones
 * work on the aligned word around the address, so that operations of different widths on
 * overlapping bytes are atomic with one another. Addresses are multiples of the width.
 */
final class Atomics {
    private Atomics() {}

    static int add8(long address, int operand) {
        long word = address & ~3L;
        int shift = (int) (address & 3) << 3;
        while (true) {
            int whole = UNSAFE.getIntVolatile(null, word);
            int old = whole >>> shift & 0xff;
            int changed = whole & ~(0xff << shift) | ((old + operand) & 0xff) << shift;
            if (UNSAFE.compareAndSwapInt(null, word, whole, changed)) {
                return old;
            }
        }
    }

    static int sub8(long address, int operand) {
        long word = address & ~3L;
        int shift = (int) (address & 3) << 3;
        while (true) {
            int whole = UNSAFE.getIntVolatile(null, word);
            int old = whole >>> shift & 0xff;
            int changed = whole & ~(0xff << shift) | ((old - operand) & 0xff) << shift;
            if (UNSAFE.compareAndSwapInt(null, word, whole, changed)) {
                return old;
            }
        }
    }

    static int and8(long address, int operand) {
        long word = address & ~3L;
        int shift = (int) (address & 3) << 3;
        while (true) {
            int whole = UNSAFE.getIntVolatile(null, word);
            int old = whole >>> shift & 0xff;
            int changed = whole & ~(0xff << shift) | ((old & operand) & 0xff) << shift;
            if (UNSAFE.compareAndSwapInt(null, word, whole, changed)) {
                return old;
            }
        }
    }

    static int or8(long address, int operand) {
        long word = address & ~3L;
        int shift = (int) (address & 3) << 3;
        while (true) {
            int whole = UNSAFE.getIntVolatile(null, word);
            int old = whole >>> shift & 0xff;
            int changed = whole & ~(0xff << shift) | ((old | operand) & 0xff) << shift;
            if (UNSAFE.compareAndSwapInt(null, word, whole, changed)) {
                return old;
            }
        }
    }

    static int xor8(long address, int operand) {
        long word = address & ~3L;
        int shift = (int) (address & 3) << 3;
        while (true) {
            int whole = UNSAFE.getIntVolatile(null, word);
            int old = whole >>> shift & 0xff;
            int changed = whole & ~(0xff << shift) | ((old ^ operand) & 0xff) << shift;
            if (UNSAFE.compareAndSwapInt(null, word, whole, changed)) {
                return old;
            }
        }
    }

    static int xchg8(long address, int operand) {
        long word = address & ~3L;
        int shift = (int) (address & 3) << 3;
        while (true) {
            int whole = UNSAFE.getIntVolatile(null, word);
            int changed = whole & ~(0xff << shift) | (operand & 0xff) << shift;
            if (UNSAFE.compareAndSwapInt(null, word, whole, changed)) {
                return whole >>> shift & 0xff;
            }
        }
    }

    static int cmpxchg8(long address, int expected, int replacement) {
        long word = address & ~3L;
        int shift = (int) (address & 3) << 3;
        while (true) {
            int whole = UNSAFE.getIntVolatile(null, word);
            int old = whole >>> shift & 0xff;
            // A failing comparison writes the old value back: it must be a full barrier as well.
            int put = old == expected ? replacement & 0xff : old;
            int changed = whole & ~(0xff << shift) | put << shift;
            if (UNSAFE.compareAndSwapInt(null, word, whole, changed)) {
                return old;
            }
        }
    }

    static int add16(long address, int operand) {
        long word = address & ~3L;
        int shift = (int) (address & 3) << 3;
        while (true) {
            int whole = UNSAFE.getIntVolatile(null, word);
            int old = whole >>> shift & 0xffff;
            int changed = whole & ~(0xffff << shift) | ((old + operand) & 0xffff) << shift;
            if (UNSAFE.compareAndSwapInt(null, word, whole, changed)) {
                return old;
            }
        }
    }

    static int sub16(long address, int operand) {
        long word = address & ~3L;
        int shift = (int) (address & 3) << 3;
        while (true) {
            int whole = UNSAFE.getIntVolatile(null, word);
            int old = whole >>> shift & 0xffff;
            int changed = whole & ~(0xffff << shift) | ((old - operand) & 0xffff) << shift;
            if (UNSAFE.compareAndSwapInt(null, word, whole, changed)) {
                return old;
            }
        }
    }

    static int and16(long address, int operand) {
        long word = address & ~3L;
        int shift = (int) (address & 3) << 3;
        while (true) {
            int whole = UNSAFE.getIntVolatile(null, word);
            int old = whole >>> shift & 0xffff;
            int changed = whole & ~(0xffff << shift) | ((old & operand) & 0xffff) << shift;
            if (UNSAFE.compareAndSwapInt(null, word, whole, changed)) {
                return old;
            }
        }
    }

    static int or16(long address, int operand) {
        long word = address & ~3L;
        int shift = (int) (address & 3) << 3;
        while (true) {
            int whole = UNSAFE.getIntVolatile(null, word);
            int old = whole >>> shift & 0xffff;
            int changed = whole & ~(0xffff << shift) | ((old | operand) & 0xffff) << shift;
            if (UNSAFE.compareAndSwapInt(null, word, whole, changed)) {
                return old;
            }
        }
    }

    static int xor16(long address, int operand) {
        long word = address & ~3L;
        int shift = (int) (address & 3) << 3;
        while (true) {
            int whole = UNSAFE.getIntVolatile(null, word);
            int old = whole >>> shift & 0xffff;
            int changed = whole & ~(0xffff << shift) | ((old ^ operand) & 0xffff) << shift;
            if (UNSAFE.compareAndSwapInt(null, word, whole, changed)) {
                return old;
            }
        }
    }

    static int xchg16(long address, int operand) {
        long word = address & ~3L;
        int shift = (int) (address & 3) << 3;
        while (true) {
            int whole = UNSAFE.getIntVolatile(null, word);
            int changed = whole & ~(0xffff << shift) | (operand & 0xffff) << shift;
            if (UNSAFE.compareAndSwapInt(null, word, whole, changed)) {
                return whole >>> shift & 0xffff;
            }
        }
    }

    static int cmpxchg16(long address, int expected, int replacement) {
        long word = address & ~3L;
        int shift = (int) (address & 3) << 3;
        while (true) {
            int whole = UNSAFE.getIntVolatile(null, word);
            int old = whole >>> shift & 0xffff;
            // A failing comparison writes the old value back: it must be a full barrier as well.
            int put = old == expected ? replacement & 0xffff : old;
            int changed = whole & ~(0xffff << shift) | put << shift;
            if (UNSAFE.compareAndSwapInt(null, word, whole, changed)) {
                return old;
            }
        }
    }

    static int add32(long address, int operand) {
        return UNSAFE.getAndAddInt(null, address, operand);
    }

    static int sub32(long address, int operand) {
        return UNSAFE.getAndAddInt(null, address, -operand);
    }

    static int xchg32(long address, int operand) {
        return UNSAFE.getAndSetInt(null, address, operand);
    }

    static int and32(long address, int operand) {
        while (true) {
            int old = UNSAFE.getIntVolatile(null, address);
            if (UNSAFE.compareAndSwapInt(null, address, old, old & operand)) {
                return old;
            }
        }
    }

    static int or32(long address, int operand) {
        while (true) {
            int old = UNSAFE.getIntVolatile(null, address);
            if (UNSAFE.compareAndSwapInt(null, address, old, old | operand)) {
                return old;
            }
        }
    }

    static int xor32(long address, int operand) {
        while (true) {
            int old = UNSAFE.getIntVolatile(null, address);
            if (UNSAFE.compareAndSwapInt(null, address, old, old ^ operand)) {
                return old;
            }
        }
    }

    static int cmpxchg32(long address, int expected, int replacement) {
        while (true) {
            if (UNSAFE.compareAndSwapInt(null, address, expected, replacement)) {
                return expected;
            }
            int old = UNSAFE.getIntVolatile(null, address);
            if (old != expected) {
                return old;
            }
        }
    }

    static long add64(long address, long operand) {
        return UNSAFE.getAndAddLong(null, address, operand);
    }

    static long sub64(long address, long operand) {
        return UNSAFE.getAndAddLong(null, address, -operand);
    }

    static long xchg64(long address, long operand) {
        return UNSAFE.getAndSetLong(null, address, operand);
    }

    static long and64(long address, long operand) {
        while (true) {
            long old = UNSAFE.getLongVolatile(null, address);
            if (UNSAFE.compareAndSwapLong(null, address, old, old & operand)) {
                return old;
            }
        }
    }

    static long or64(long address, long operand) {
        while (true) {
            long old = UNSAFE.getLongVolatile(null, address);
            if (UNSAFE.compareAndSwapLong(null, address, old, old | operand)) {
                return old;
            }
        }
    }

    static long xor64(long address, long operand) {
        while (true) {
            long old = UNSAFE.getLongVolatile(null, address);
            if (UNSAFE.compareAndSwapLong(null, address, old, old ^ operand)) {
                return old;
            }
        }
    }

    static long cmpxchg64(long address, long expected, long replacement) {
        while (true) {
            if (UNSAFE.compareAndSwapLong(null, address, expected, replacement)) {
                return expected;
            }
            long old = UNSAFE.getLongVolatile(null, address);
            if (old != expected) {
                return old;
            }
        }
    }
}
