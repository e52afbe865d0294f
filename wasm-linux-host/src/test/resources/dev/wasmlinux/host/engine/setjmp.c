// SPDX-License-Identifier: Apache-2.0
// setjmp and longjmp: through recursion, nested, repeated, and inside a function that is split.
typedef int jmp_buf[8];
int setjmp(jmp_buf) __attribute__((returns_twice));
void longjmp(jmp_buf, int) __attribute__((noreturn));
typedef unsigned int u32;
typedef unsigned long long u64;
#define EXPORT(name) __attribute__((export_name(#name)))

static jmp_buf outer, inner;
static volatile int depth;

__attribute__((noinline)) static void down(int n) {
    depth++;
    if (n == 0) longjmp(inner, depth);
    down(n - 1);
    depth = -1;
}

EXPORT(jump) int jump(int n) {
    volatile int turns = 0;
    depth = 0;
    int result = setjmp(inner);
    turns++;
    if (result == 0) down(n);
    if (turns < 3) longjmp(inner, result + 100);
    return result * 10 + turns;
}

__attribute__((noinline)) static int middle(int n) {
    int result = setjmp(inner);
    if (result == 0) down(n);
    if (n & 1) longjmp(outer, result + 1000);
    return result;
}

EXPORT(nested) int nested(int n) {
    int result = setjmp(outer);
    if (result) return result;
    return middle(n) + middle(n & ~1);
}

#define STEP(n)                                                                                  \
    a = a * 5 + (n); if (a & 16) { b ^= a; if ((a & 0x7f00) == ((n) << 8)) down((n) % 5); }      \
    wide += (u64)a << ((n) & 15); depth += b & 1;
#define STEP8(n) STEP(n) STEP(n + 1) STEP(n + 2) STEP(n + 3) STEP(n + 4) STEP(n + 5) STEP(n + 6) STEP(n + 7)
EXPORT(big) u64 big(u32 a) {
    volatile u32 jumps = 0;
    u32 b = a;
    u64 wide = a;
    depth = 0;
    int result = setjmp(inner);
    if (result) { jumps++; b += (u32)result; a += jumps; if (jumps > 50) return wide ^ b; }
    STEP8(0) STEP8(8) STEP8(16) STEP8(24) STEP8(32) STEP8(40) STEP8(48) STEP8(56)
    if (jumps < 20 && a % 3) longjmp(inner, (int)(a % 1000) + 1);
    STEP8(64) STEP8(72) STEP8(80) STEP8(88) STEP8(96) STEP8(104) STEP8(112) STEP8(120)
    return wide ^ b ^ (u64)jumps << 40;
}
