// SPDX-License-Identifier: Apache-2.0
// Initial data of every kind: constants, zeros, thread-local variables.
typedef unsigned int u32;
#define EXPORT(name) __attribute__((export_name(#name)))

_Thread_local u32 counter = 0x1234;
_Thread_local u32 cleared;
static u32 table[64] = {1, 2, 3, [63] = 64};
static u32 zeros[5000];
static const char text[] = "read-only text";

EXPORT(tls) u32 tls(u32 add) { return counter += add + cleared; }
EXPORT(tls_address) u32 *tls_address(void) { return &counter; }
EXPORT(table_sum) u32 table_sum(void) {
    u32 sum = 0;
    for (int i = 0; i < 64; i++) sum += table[i] + zeros[i * 70];
    for (int i = 0; text[i]; i++) sum = sum * 3 + (u32)text[i];
    table[5]++;
    return sum;
}
EXPORT(heap) void *heap(void) { extern char __heap_base; return &__heap_base; }
EXPORT(memory_size) u32 memory_size(void) { return __builtin_wasm_memory_size(0); }
EXPORT(memory_grow) u32 memory_grow(u32 n) { return __builtin_wasm_memory_grow(0, n); }
EXPORT(wait32) int wait32(int *word, int value) { return __builtin_wasm_memory_atomic_wait32(word, value, -1); }
EXPORT(wait64) int wait64(long long *word, long long value) { return __builtin_wasm_memory_atomic_wait64(word, value, 5); }
EXPORT(wake) u32 wake(int *word, u32 count) { return __builtin_wasm_memory_atomic_notify(word, count); }
