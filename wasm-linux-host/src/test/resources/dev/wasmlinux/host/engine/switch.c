// SPDX-License-Identifier: Apache-2.0
// Interpreters whose one function is far beyond the size that JVM compilers accept.
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
#define EXPORT(name) __attribute__((export_name(#name)))

struct machine {
    u32 r[16];
    u64 l[8];
    double d[8];
    u32 flags;
    u32 steps;
};

static u8 program[4096];
static struct machine machine;

#define CASE(n)                                                                                  \
    case (n):                                                                                    \
        a = m->r[x] + (n) * 3u;                                                                  \
        if (a & 1) m->r[y] ^= a >> ((n) % 31);                                                   \
        else if ((a & 6) == 2) {                                                                 \
            for (u32 i = 0; i < (a & 3); i++) wide = wide * 5 + m->l[(x + i) & 7] + (n);         \
            m->l[y & 7] = wide;                                                                  \
        } else real = real * 0.5 + (double)(int)m->r[z] / ((n) + 1);                             \
        m->d[(n) & 7] = real;                                                                    \
        m->flags += a > m->r[z] ? (n) : 1;                                                       \
        if (m->flags % 97 == (n) % 97) return m->flags ^ (u32)wide;                              \
        break;
#define CASES8(n) CASE(n) CASE(n + 1) CASE(n + 2) CASE(n + 3) CASE(n + 4) CASE(n + 5) CASE(n + 6) CASE(n + 7)
#define CASES64(n)                                                                               \
    CASES8(n) CASES8(n + 8) CASES8(n + 16) CASES8(n + 24) CASES8(n + 32) CASES8(n + 40)          \
    CASES8(n + 48) CASES8(n + 56)

static u32 run(struct machine *m, u32 pc, u32 limit) {
    u32 a = 0;
    u64 wide = 1;
    double real = 1;
    while (m->steps++ < limit) {
        u32 op = program[pc & 4095], x = program[(pc + 1) & 4095] & 15;
        u32 y = program[(pc + 2) & 4095] & 15, z = (x + y) & 15;
        pc += 3;
        switch (op) {
        CASES64(0) CASES64(64)
        case 128: pc = a & 4095; break;
        case 129: if (m->r[x] < m->r[y]) pc += y; break;
        case 130: wide ^= (u64)real; break;
        default: m->r[x] = m->r[y] * 1664525u + op;
        }
    }
    return a ^ (u32)(wide >> 32) ^ m->flags;
}

EXPORT(interpret) u64 interpret(u32 start, u32 limit) {
    u64 sum = 0;
    u32 seed = start;
    for (u32 i = 0; i < sizeof program; i++) program[i] = (seed = seed * 1664525u + 1013904223u) >> 24;
    for (int round = 0; round < 40; round++) {
        machine.steps = 0;
        u32 result = run(&machine, start + (u32)round * 7, limit);
        sum = sum * 31 + result;
        for (int i = 0; i < 16; i++) sum = sum * 7 + machine.r[i];
        for (int i = 0; i < 8; i++) {
            u64 bits;
            __builtin_memcpy(&bits, &machine.d[i], 8);
            sum = (sum ^ machine.l[i]) * 13 + bits;
        }
    }
    return sum;
}

// A long straight piece with many live values: nothing to dispatch on, only to cut.
#define STEP(n)                                                                                  \
    if (a > (n)) { b += a * 3 + c; c ^= b >> 2; } else { c += d; d = d * 5 + (n); }              \
    e += (u64)b << ((n) & 31); f = f * 1.0001 + (double)c; if (e & 1 << ((n) % 7)) a += d;
#define STEP8(n) STEP(n) STEP(n + 1) STEP(n + 2) STEP(n + 3) STEP(n + 4) STEP(n + 5) STEP(n + 6) STEP(n + 7)
EXPORT(straight) u64 straight(u32 a, u32 b) {
    u32 c = 1, d = 2;
    u64 e = 3;
    double f = 1;
    STEP8(0) STEP8(8) STEP8(16) STEP8(24) STEP8(32) STEP8(40) STEP8(48) STEP8(56)
    STEP8(64) STEP8(72) STEP8(80) STEP8(88) STEP8(96) STEP8(104) STEP8(112) STEP8(120)
    u64 bits;
    __builtin_memcpy(&bits, &f, 8);
    return e ^ a ^ (u64)b << 32 ^ c ^ d ^ bits;
}
