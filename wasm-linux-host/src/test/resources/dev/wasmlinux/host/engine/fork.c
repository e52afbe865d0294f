// SPDX-License-Identifier: Apache-2.0
// Programs that fork in awkward places. The system calls are those of the test host:
// 1 fork -> child number or 0, 2 report a value.
typedef unsigned int u32;
typedef unsigned long long u64;
#define EXPORT(name) __attribute__((export_name(#name)))
__attribute__((import_module("linux"), import_name("syscall")))
int syscall(int nr, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f);

static volatile u32 stored;
static u32 sum;

__attribute__((noinline)) static int fork(void) { return syscall(1, 0, 0, 0, 0, 0, 0); }

// Values of every type are live over the call, some on the operand stack.
EXPORT(plain) u64 plain(u32 a, u64 b, double c) {
    float d = (float)c * 0.25f;
    stored = a;
    int child = fork();
    stored += child == 0 ? 1000 : 1;
    u64 bits;
    double value = c * 3 + d;
    __builtin_memcpy(&bits, &value, 8);
    return bits ^ b * 31 ^ a ^ stored ^ (child == 0 ? 0 : 1);
}

EXPORT(recursion) u32 recursion(u32 depth, u32 bottom) {
    if (depth == 0) return (u32)fork() + bottom;
    volatile u32 local = depth * 3;
    u32 below = recursion(depth - 1, bottom + 1);
    return below * 7 + local;
}

typedef u32 (*operation)(u32, u32);
static u32 add(u32 a, u32 b) { return a + b; }
static u32 forking(u32 a, u32 b) { return a * 2 + (u32)fork() + b; }
static operation operations[] = {add, forking, add};

EXPORT(indirect) u32 indirect(u32 a) {
    u32 result = a;
    for (u32 i = 0; i < 3; i++) result = operations[i](result, i) + sum++;
    return result * 10 + sum;
}

// Every process forks again: 2^n processes.
EXPORT(tree) u32 tree(u32 n) {
    u32 path = 1;
    for (u32 i = 0; i < n; i++) path = path * 2 + (fork() == 0);
    return path;
}

#define STEP(n) if (a & 1 << ((n) & 7)) { b += a + (n); if (b % 7 == (n) % 7) a ^= b; } wide += (u64)b * (n);
#define STEP8(n) STEP(n) STEP(n + 1) STEP(n + 2) STEP(n + 3) STEP(n + 4) STEP(n + 5) STEP(n + 6) STEP(n + 7)
#define STEP64(n) STEP8(n) STEP8(n + 8) STEP8(n + 16) STEP8(n + 24) STEP8(n + 32) STEP8(n + 40) STEP8(n + 48) STEP8(n + 56)
// Big enough to be split; the fork lies in the middle of a loop.
EXPORT(split) u64 split(u32 a, u32 b) {
    u64 wide = a;
    for (int turn = 0; turn < 3; turn++) {
        STEP64(0)
        if (turn == 1) {
            STEP64(64)
            b += (u32)fork();
            STEP64(128)
        }
        STEP64(192)
    }
    return wide ^ (u64)b << 16 ^ a;
}
