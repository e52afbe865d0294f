// SPDX-License-Identifier: Apache-2.0
// Programs that fork. The test host knows two system calls: 220 forks, 221 makes
// the next poll run on_signal().
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
#define EXPORT(name) __attribute__((export_name(#name)))
#define OUT_OF_LINE __attribute__((noinline))
__attribute__((import_module("linux"), import_name("syscall")))
int syscall(int nr, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f);

typedef struct { void *words[8]; } jmp_buf[1];
int setjmp(jmp_buf) __attribute__((returns_twice));
_Noreturn void longjmp(jmp_buf, int);

static volatile u32 forks;

OUT_OF_LINE static int fork(void) {
    int child = syscall(220, forks, 0, 0, 0, 0, 0);
    forks++;
    return child;
}

// --- recursion, direct and through pointers, with values of every type alive

typedef int (*step)(int, int, u64, double, float);
static int direct(int, int, u64, double, float);
static int varied(int, int, u64, double, float);
static int leaf(int, int, u64, double, float);
static const volatile step steps[3] = {direct, varied, leaf};

OUT_OF_LINE static int leaf(int n, int depth, u64 a, double b, float c) {
    int child = fork();
    return child * 3 + (int)(a & 0xff) + (int)b + (int)c + depth;
}

OUT_OF_LINE static int direct(int n, int depth, u64 a, double b, float c) {
    volatile char local[24];
    for (int i = 0; i < 24; i++) local[i] = (char)(n + i);
    int r;
    if (n == 0) r = steps[2](n, depth, a, b, c);
    else if (n & 1) r = direct(n - 1, depth + 1, a * 3 + (u32)n, b + 0.5, c + 1.f);
    else r = steps[1](n - 1, depth + 1, a + (u32)n, b * 1.0001, c - 0.5f);
    for (int i = 0; i < 24; i++) r = r * 31 + local[i];
    return r + (int)(a >> 3) + (int)(b * 7) + (int)c;
}

OUT_OF_LINE static int varied(int n, int depth, u64 a, double b, float c) {
    u32 mix = (u32)n * 2654435761u;
    int r;
    if (n == 0) r = leaf(n, depth, a, b, c);
    else if (mix % 3 == 0) r = steps[0](n - 1, depth + 1, a ^ (u32)n, b + 1, c);
    else if (mix % 3 == 1) r = steps[1](n - 1, depth + 2, a + (u32)n, b - 1, c + 2);
    else r = direct(n - 1, depth + 3, a - (u32)n, b, c);
    return r * 17 + (int)a + (int)b + depth + (int)c + (int)mix;
}

EXPORT(deep) int deep(int n) { return direct(n, 0, 0x123456789abULL, 1.5, 2.25f); }

// --- a call in the middle of an expression

OUT_OF_LINE static double half(double x) { return fork() ? x / 2 : x * 2; }
OUT_OF_LINE static float third(float x) { return (float)half(x) / 3; }
OUT_OF_LINE static u64 wide(u64 x) { return x * 0x100000001ULL + (u64)third((float)(x & 1023)); }

EXPORT(expression) u64 expression(u32 a, u64 b, double c, float d) {
    return a * 7 + (b ^ (a + 3)) * (wide(b + a) + (u64)(c * d + half(c - d) * third(d + 1)))
        - (u64)fork() * (a & 255);
}

// --- stores of every width behind the fork, in the resumed frame itself

struct cells {
    u8 i8[8];
    u16 i16[8];
    u32 i32[8];
    u64 i64[8];
    float f32[8];
    double f64[8];
    u8 block[64], copy[64];
    u8 a8[8];
    u16 a16[8];
    u32 a32[8];
    u64 a64[8];
};
struct cells cells;

EXPORT(cells_address) struct cells *cells_address(void) { return &cells; }
EXPORT(cells_size) u32 cells_size(void) { return sizeof cells; }

static void fill(volatile struct cells *at, u64 seed) {
    for (int i = 0; i < 8; i++) {
        seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
        at->i8[i] = (u8)(seed >> 11);
        at->i16[i] = (u16)(seed >> 12);
        at->i32[i] = (u32)(seed >> 13);
        at->i64[i] = seed;
        at->f32[i] = (float)(int)(seed >> 33);
        at->f64[i] = (double)(long long)(seed >> 15);
        __atomic_fetch_add(&at->a8[i], (u8)(seed >> 16), __ATOMIC_SEQ_CST);
        __atomic_fetch_xor(&at->a16[i], (u16)(seed >> 17), __ATOMIC_SEQ_CST);
        __atomic_exchange_n(&at->a32[i], (u32)(seed >> 18), __ATOMIC_SEQ_CST);
        __atomic_fetch_or(&at->a64[i], seed, __ATOMIC_SEQ_CST);
    }
    __builtin_memset((void *)at->block, (int)(seed >> 20) | 1, sizeof at->block);
    __builtin_memcpy((void *)at->copy, (void *)at->block, sizeof at->copy);
}

// The child writes; the parent's cells must stay as they were before.
EXPORT(widths) u32 widths(u32 seed) {
    volatile struct cells *at = &cells;
    fill(at, seed);
    u64 sum = seed;
    if (syscall(220, seed, 0, 0, 0, 0, 0) == 0) {
        fill(at, seed + sum * 77);
        sum += at->i8[3] + at->i16[3] + at->i32[3] + at->i64[3] + (u64)(long long)at->f64[3];
    }
    return (u32)(sum ^ sum >> 32);
}

// --- longjmp over frames that both processes share

static jmp_buf outer;

OUT_OF_LINE static int sink(int depth, int turn) {
    volatile int local = depth * turn;
    if (depth > 0) return sink(depth - 1, turn) + local;
    if (turn == 0) {
        int child = fork();
        longjmp(outer, child ? 1 : 2);
    }
    if (turn == 1) longjmp(outer, 3 + (fork() == 0));
    return fork() == 0 ? 9 : 5;
}

EXPORT(jumps) int jumps(int depth) {
    volatile int turn = 0, trace = 1;
    int code = setjmp(outer);
    if (code != 0) {
        trace = trace * 10 + code;
        turn++;
        if (turn == 2) trace = trace * 10 + (fork() == 0);
    }
    return sink(depth, turn) + trace * 1000;
}

OUT_OF_LINE static int guarded(int depth, int value) {
    jmp_buf inner;
    int code = setjmp(inner);
    if (code == 0) {
        if (depth > 0) return guarded(depth - 1, value) * 3 + depth;
        int child = fork();
        longjmp(child == 0 ? inner : outer, value + child);
    }
    return code * 100 + depth;
}

// The child jumps to the innermost of many, the parent past all of them.
EXPORT(nested_jumps) int nested_jumps(int depth) {
    volatile int before = depth;
    int code = setjmp(outer);
    return code == 0 ? guarded(depth, 7) + before : code * 1000 + before;
}

// --- a comparison function that forks

static u32 seed = 12345;
static u32 next(void) { return (seed = seed * 1664525u + 1013904223u) >> 8; }
static int compared;

OUT_OF_LINE static int compare_forking(int a, int b) {
    if (++compared == 100 || compared == 150) compared += fork() == 0 ? 2 : 1;
    return a < b ? -1 : a > b;
}
OUT_OF_LINE static int compare_plain(int a, int b) { return b - a; }
typedef int (*comparison)(int, int);
static const volatile comparison comparisons[2] = {compare_forking, compare_plain};

OUT_OF_LINE static void sort(int *v, int low, int high, comparison compare) {
    while (low < high) {
        int i = low, j = high, pivot = v[(low + high) / 2];
        while (i <= j) {
            while (compare(v[i], pivot) < 0) i++;
            while (compare(v[j], pivot) > 0) j--;
            if (i <= j) {
                int t = v[i];
                v[i++] = v[j];
                v[j--] = t;
            }
        }
        if (j - low < high - i) {
            sort(v, low, j, compare);
            low = i;
        } else {
            sort(v, i, high, compare);
            high = j;
        }
    }
}

EXPORT(sorting) int sorting(int count) {
    int v[200];
    for (int i = 0; i < count; i++) v[i] = (int)next();
    sort(v, 0, count - 1, comparisons[0]);
    int sum = compared;
    for (int i = 0; i < count; i++) sum = sum * 31 + v[i];
    return sum;
}

// --- handlers that come at polls, and fork

static volatile u32 signals;

OUT_OF_LINE static void signal_soon(void) { syscall(221, 0, 0, 0, 0, 0, 0); }

EXPORT(on_signal) void on_signal(void) {
    u32 before = signals + 1;
    signals = before + (fork() == 0 ? 1000 : 10);
}

// In a loop without a call or memory access; the second time in a frame that was resumed.
EXPORT(spinning) u64 spinning(u32 n) {
    u64 a = n + (u32)(fork() == 0);
    double d = 1.5;
    float f = 0.5f;
    for (u32 i = 0; i < n; i++) {
        if (i == n / 2 || i == n / 2 + 5) signal_soon();
        a = a * 33 + i;
        d = d * 1.01 + (double)(a & 7);
        f += (float)i;
    }
    return a ^ (u64)d ^ (u64)f ^ signals;
}

OUT_OF_LINE static u32 climb(u32 n, u64 x) {
    if (n == 3) signal_soon();
    return n == 0 ? (u32)(x >> 3) : (climb(n - 1, x * 3 + n) ^ (u32)x) * 5 + n;
}

// Before a recursive call.
EXPORT(climbing) u32 climbing(u32 n) { return climb(n, 0x123456789ULL) + signals; }

OUT_OF_LINE static u32 twice(u32 a, u64 b) { return a * 2 + (u32)b; }
OUT_OF_LINE static u32 mixed(u32 a, u64 b) { return a ^ (u32)(b >> 7); }
typedef u32 (*operation)(u32, u64);
static const volatile operation operations[2] = {twice, mixed};

// In an indirect call.
EXPORT(calling) u32 calling(u32 n) {
    u64 b = 0x987654321ULL * n;
    u32 a = n;
    operation first = operations[0], second = operations[1];
    signal_soon();
    a = first(a, b) * 3 + second(a + 1, b);
    return a ^ signals;
}
