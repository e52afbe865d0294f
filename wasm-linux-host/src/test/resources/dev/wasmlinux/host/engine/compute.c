// SPDX-License-Identifier: Apache-2.0
// Small computations that touch most of what compilers emit. Every export answers a checksum.
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
#define EXPORT(name) __attribute__((export_name(#name)))

static u8 bytes[1 << 18];
static u32 words[1 << 14];
static double reals[3][24][24];

static u32 seed;
static u32 next(void) { return seed = seed * 1664525u + 1013904223u; }

EXPORT(crc) u32 crc(u32 n) {
    u32 value = ~0u;
    seed = n;
    for (u32 i = 0; i < n; i++) {
        value ^= next() >> 24;
        for (int k = 0; k < 8; k++) value = value >> 1 ^ (value & 1 ? 0xedb88320u : 0);
    }
    return ~value;
}

typedef int (*order)(u32, u32);
static int up(u32 a, u32 b) { return a < b ? -1 : a > b; }
static int down(u32 a, u32 b) { return up(b, a); }
static int odd_first(u32 a, u32 b) { return (a & 1) != (b & 1) ? (int)(b & 1) - (int)(a & 1) : up(a, b); }
static order orders[] = {up, down, odd_first};

static void sort(u32 *a, int n, order compare) {
    while (n > 1) {
        u32 pivot = a[(n - 1) / 2];
        int i = -1, j = n;
        for (;;) {
            do i++; while (compare(a[i], pivot) < 0);
            do j--; while (compare(a[j], pivot) > 0);
            if (i >= j) break;
            u32 t = a[i]; a[i] = a[j]; a[j] = t;
        }
        sort(a, j + 1, compare);
        a += j + 1;
        n -= j + 1;
    }
}

EXPORT(quicksort) u32 quicksort(u32 n, u32 kind) {
    seed = n + kind;
    if (n > 1 << 14) n = 1 << 14;
    for (u32 i = 0; i < n; i++) words[i] = next() >> 8;
    sort(words, (int)n, orders[kind % 3]);
    u32 sum = 0;
    for (u32 i = 0; i < n; i++) sum = sum * 31 + words[i];
    return sum;
}

EXPORT(sieve) u32 sieve(u32 n) {
    u32 count = 0;
    if (n > sizeof bytes) n = sizeof bytes;
    __builtin_memset(bytes, 1, n);
    for (u32 i = 2; i < n; i++) {
        if (!bytes[i]) continue;
        count++;
        for (u32 j = i + i; j < n; j += i) bytes[j] = 0;
    }
    return count;
}

EXPORT(fibonacci) u32 fibonacci(u32 n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

EXPORT(matrix) u64 matrix(u32 n) {
    for (int i = 0; i < 24; i++)
        for (int j = 0; j < 24; j++) {
            reals[0][i][j] = i * 0.5 - j;
            reals[1][i][j] = (float)(j * 1.25f + i) / (n + 1);
        }
    for (u32 r = 0; r < n; r++)
        for (int i = 0; i < 24; i++)
            for (int j = 0; j < 24; j++) {
                double sum = 0;
                for (int k = 0; k < 24; k++) sum += reals[0][i][k] * reals[1][k][j];
                reals[2][i][j] = sum;
            }
    u64 bits = 0;
    for (int i = 0; i < 24; i++) {
        u64 b;
        __builtin_memcpy(&b, &reals[2][i][23 - i], 8);
        bits = bits * 1000003 ^ b;
    }
    return bits;
}

EXPORT(mix) u64 mix(u64 a, u64 b, u32 n) {
    for (u32 i = 0; i < n; i++) {
        a ^= b << 13 | b >> 51;
        b = b * 0x9e3779b97f4a7c15ull + (a >> (i & 63));
        if (a > b) a -= b / ((b & 0xffff) + 1);
        else b %= (a | 1);
        if ((long long)a < (long long)b) a += i;
    }
    return a ^ b;
}

// Overlapping copies in both directions over page ends, unaligned stores and loads.
EXPORT(blocks) u32 blocks(u32 n) {
    seed = n;
    for (u32 i = 0; i < sizeof bytes; i++) bytes[i] = (u8)(i * 7);
    for (u32 i = 0; i < n; i++) {
        u32 from = next() % (sizeof bytes / 2), to = next() % (sizeof bytes / 2);
        u32 size = next() % (sizeof bytes / 2);
        switch (next() >> 30) {
        case 0: __builtin_memmove(bytes + to, bytes + from, size); break;
        case 1: __builtin_memset(bytes + to, (int)i, size / 8); break;
        case 2: __builtin_memmove(bytes + from + 3, bytes + from, size); break;
        default: *(u64 *)(bytes + to + 1) = *(u64 *)(bytes + from + 3) + i;
        }
    }
    u32 sum = 0;
    for (u32 i = 0; i < sizeof bytes; i++) sum = sum * 33 + bytes[i];
    return sum;
}

EXPORT(touch) u32 touch(u32 address) { return *(volatile u32 *)address; }
EXPORT(store) void store(u32 address, u32 value) { *(volatile u32 *)address = value; }
EXPORT(store64) void store64(u32 address, u64 value) { *(volatile u64 *)address = value; }

// Runs until another thread or a handler stores something else to the word.
EXPORT(spin) u32 spin(u32 address) {
    u32 turns = 0;
    while (*(volatile u32 *)address == 0) turns++;
    return turns;
}

EXPORT(spin_silently) u32 spin_silently(u32 n) {
    u32 x = n;
    while (x) x = x * 2 + 1;
    return x;
}

EXPORT(recurse) u32 recurse(u32 n) {
    volatile u32 keep = n;
    return n ? recurse(n - 1) + keep : 0;
}
