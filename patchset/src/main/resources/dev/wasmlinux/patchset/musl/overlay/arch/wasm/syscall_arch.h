/* SPDX-License-Identifier: MIT */
/*
 * System calls of program ABI version 1: one import, six 64-bit slots. A
 * 64-bit argument occupies one slot; a pointer is zero-extended. __scc sees
 * pointers by the type of the conditional expression, as on x32.
 */
#define __SYSCALL_LL_E(x) (x)
#define __SYSCALL_LL_O(x) (x)

#define __scc(X) (sizeof(1?(X):0ULL) < 8 ? (unsigned long)(X) : (long long)(X))
typedef long long syscall_arg_t;
#define __SYSCALL_SIGSET_WORD unsigned long

__attribute__((__import_module__("linux"), __import_name__("syscall")))
int __wasm_syscall(int, long long, long long, long long,
	long long, long long, long long);

static inline long __syscall0(long long n)
{
	return __wasm_syscall(n, 0, 0, 0, 0, 0, 0);
}

static inline long __syscall1(long long n, long long a)
{
	return __wasm_syscall(n, a, 0, 0, 0, 0, 0);
}

static inline long __syscall2(long long n, long long a, long long b)
{
	return __wasm_syscall(n, a, b, 0, 0, 0, 0);
}

static inline long __syscall3(long long n, long long a, long long b, long long c)
{
	return __wasm_syscall(n, a, b, c, 0, 0, 0);
}

static inline long __syscall4(long long n, long long a, long long b, long long c,
	long long d)
{
	return __wasm_syscall(n, a, b, c, d, 0, 0);
}

static inline long __syscall5(long long n, long long a, long long b, long long c,
	long long d, long long e)
{
	return __wasm_syscall(n, a, b, c, d, e, 0);
}

static inline long __syscall6(long long n, long long a, long long b, long long c,
	long long d, long long e, long long f)
{
	return __wasm_syscall(n, a, b, c, d, e, f);
}

#define IPC_64 0

/* clock_nanosleep.c names it in a branch that a kernel without it never takes. */
#define SYS_nanosleep SYS_clock_nanosleep_time64
