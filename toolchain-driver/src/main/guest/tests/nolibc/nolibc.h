/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The little that a program without a C library needs: system calls of
 * program ABI version 1 and output. Facts: the generic system call table of
 * Linux (scripts/syscall.tbl, abis "common" and "32"), mmap(2), clone(2),
 * asm-generic/signal.h.
 */
#ifndef NOLIBC_H
#define NOLIBC_H

typedef unsigned int u32;
typedef int s32;
typedef unsigned long long u64;
typedef long long s64;
typedef __SIZE_TYPE__ size_t;

/* Every argument is one i64 slot; pointers are zero-extended. */
__attribute__((import_module("linux"), import_name("syscall")))
int linux_syscall(int nr, s64 a0, s64 a1, s64 a2, s64 a3, s64 a4, s64 a5);

#define ARG(x) ((s64)(sizeof(x) < 8 ? (u64)(u32)(x) : (u64)(x)))
#define sys0(n) linux_syscall(n, 0, 0, 0, 0, 0, 0)
#define sys1(n, a) linux_syscall(n, ARG(a), 0, 0, 0, 0, 0)
#define sys2(n, a, b) linux_syscall(n, ARG(a), ARG(b), 0, 0, 0, 0)
#define sys3(n, a, b, c) linux_syscall(n, ARG(a), ARG(b), ARG(c), 0, 0, 0)
#define sys4(n, a, b, c, d) \
	linux_syscall(n, ARG(a), ARG(b), ARG(c), ARG(d), 0, 0)
#define sys5(n, a, b, c, d, e) \
	linux_syscall(n, ARG(a), ARG(b), ARG(c), ARG(d), ARG(e), 0)
#define sys6(n, a, b, c, d, e, f) \
	linux_syscall(n, ARG(a), ARG(b), ARG(c), ARG(d), ARG(e), ARG(f))

enum {
	NR_dup3 = 24, NR_openat = 56, NR_close = 57, NR_pipe2 = 59,
	NR_read = 63, NR_write = 64, NR_exit = 93, NR_exit_group = 94,
	NR_waitid = 95, NR_sched_yield = 124, NR_kill = 129,
	NR_sigaltstack = 132, NR_rt_sigaction = 134, NR_rt_sigprocmask = 135,
	NR_reboot = 142, NR_uname = 160, NR_getpid = 172, NR_getppid = 173,
	NR_gettid = 178, NR_brk = 214, NR_munmap = 215, NR_clone = 220,
	NR_execve = 221, NR_mmap2 = 222, NR_mprotect = 226,
	NR_clock_gettime64 = 403, NR_clock_nanosleep_time64 = 407,
	NR_futex_time64 = 422,
};

enum { PROT_NONE = 0, PROT_READ = 1, PROT_WRITE = 2 };
enum { MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_FIXED = 16, MAP_ANONYMOUS = 32 };
enum {
	CLONE_VM = 0x100, CLONE_FS = 0x200, CLONE_FILES = 0x400,
	CLONE_SIGHAND = 0x800, CLONE_VFORK = 0x4000, CLONE_THREAD = 0x10000,
	CLONE_SYSVSEM = 0x40000, CLONE_SETTLS = 0x80000,
	CLONE_PARENT_SETTID = 0x100000, CLONE_CHILD_CLEARTID = 0x200000,
};
enum { SIGILL = 4, SIGBUS = 7, SIGFPE = 8, SIGUSR1 = 10, SIGSEGV = 11,
	SIGCHLD = 17 };
enum { SA_SIGINFO = 4, SA_ONSTACK = 0x08000000, SA_RESTART = 0x10000000,
	SA_NODEFER = 0x40000000 };
enum { FUTEX_WAIT = 0, FUTEX_WAKE = 1, FUTEX_PRIVATE = 128 };
enum { P_ALL = 0, P_PID = 1, WEXITED = 4 };
enum { CLD_EXITED = 1, CLD_KILLED = 2, CLD_DUMPED = 3 };
enum { EINTR = 4, EAGAIN = 11, EFAULT = 14, ENOSYS = 38 };
#define PAGE 16384u

/* struct sigaction of a kernel without SA_RESTORER. */
struct ksigaction {
	void (*handler)(int);
	u32 flags;
	u32 mask[2];
};

/* The head of siginfo_t: what a fault and a child report. */
struct ksiginfo {
	int signo, err, code;
	union {
		void *addr;
		struct { int pid; u32 uid; int status; } child;
		char pad[116];
	};
};

struct ktimespec { s64 sec; s64 nsec; };

long *get_sp(void);
void *get_tp(void);
int main(int argc, char **argv, char **envp);

static inline int write(int fd, const void *p, size_t n)
{
	return sys3(NR_write, fd, p, n);
}

static inline void _Noreturn exit(int status)
{
	for (;;)
		sys1(NR_exit_group, status);
}

static inline void *mmap(void *at, size_t len, int prot, int flags)
{
	return (void *)sys6(NR_mmap2, at, len, prot, flags, -1, 0);
}

static inline int is_error(const void *p)
{
	return (u32)p > -4096u;
}

static inline int fork(void)
{
	return sys5(NR_clone, SIGCHLD, 0, 0, 0, 0);
}

static inline int vfork(void)
{
	return sys5(NR_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);
}

/*
 * Starts fn(arg) on its own stack; the order of the two last pointers is that
 * of CLONE_BACKWARDS. The pair of function and argument is slot 5.
 */
static inline int clone(int (*fn)(void *), void *stack_top, u32 flags,
			void *arg, int *ptid, void *tls, int *ctid)
{
	return sys6(NR_clone, flags, stack_top, ptid, tls, ctid,
		    (u64)(u32)arg << 32 | (u32)fn);
}

/* Waits for the end of one child; returns its pid or a negative errno. */
static inline int wait_child(int pid, struct ksiginfo *info)
{
	int r;

	do
		r = sys5(NR_waitid, pid > 0 ? P_PID : P_ALL, pid, info, WEXITED,
			 0);
	while (r == -EINTR);
	return r < 0 ? r : info->child.pid;
}

static inline int sigaction(int sig, void *handler, u32 flags)
{
	struct ksigaction a = { handler, flags, { 0, 0 } };

	return sys4(NR_rt_sigaction, sig, &a, 0, 8);
}

static inline size_t slen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

/*
 * One line, one write: the pieces of a line never mix with those of another
 * task. %d, %x, %s only.
 */
static inline void say(const char *f, ...)
{
	char line[256];
	size_t n = 0;
	__builtin_va_list ap;

	__builtin_va_start(ap, f);
	for (; *f && n < sizeof line - 16; f++) {
		if (*f != '%') {
			line[n++] = *f;
		} else if (*++f == 's') {
			const char *s = __builtin_va_arg(ap, const char *);

			while (*s && n < sizeof line - 16)
				line[n++] = *s++;
		} else {
			u32 base = *f == 'x' ? 16 : 10;
			int v = __builtin_va_arg(ap, int);
			u32 u = v;
			char digits[12];
			int k = 0;

			if (base == 10 && v < 0) {
				line[n++] = '-';
				u = -u;
			}
			do
				digits[k++] = "0123456789abcdef"[u % base];
			while (u /= base);
			while (k)
				line[n++] = digits[--k];
		}
	}
	__builtin_va_end(ap);
	line[n++] = '\n';
	write(1, line, n);
}

#endif
