/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first program for a new kernel: /init without a C library. It walks the
 * program ABI from the easiest feature to the hardest, one line of output for
 * each, prints "ALL OK" only if every step passed, and powers the machine off.
 *
 * An argument (or the kernel parameter "init=/init -- STEPS") names the steps
 * to run by their letters, so that a broken one can be left out: see steps[].
 */
#include "nolibc.h"

static int failures;

static void check(int ok, const char *what)
{
	if (!ok) {
		failures++;
		say("  FAILED: %s", what);
	}
}

/* p: identity and the initial stack. */
static char **args;

static void step_process(void)
{
	long *auxv;
	char **e = args;
	long page = 0, random = 0;

	check(sys0(NR_getpid) > 0, "getpid");
	check(sys0(NR_getpid) == sys0(NR_gettid), "gettid");
	check(((u32)(args - 1) & 15) == 0, "stack pointer is 16-aligned at argc");
	while (*e)
		e++;
	for (e++; *e; e++)
		;
	for (auxv = (long *)(e + 1); auxv[0]; auxv += 2) {
		if (auxv[0] == 6)
			page = auxv[1];
		if (auxv[0] == 25)
			random = auxv[1];
	}
	check(page == PAGE, "AT_PAGESZ");
	check(random != 0, "AT_RANDOM");
}

/* d: data segments, zeroed bss, brk. */
static int data_word = 0x12345678;
static const char text[] = "constant";
static char bss[5 * PAGE];

static void step_data(void)
{
	u32 old = sys1(NR_brk, 0), now;
	volatile int *p;
	u32 i, sum = 0;

	check(data_word == 0x12345678, "initialised data");
	check(text[7] == 't', "constant data");
	for (i = 0; i < sizeof bss; i += 64)
		sum |= (u32)((volatile char *)bss)[i];
	check(sum == 0, "bss reads as zero");
	((volatile char *)bss)[3 * PAGE] = 7;
	check(((volatile char *)bss)[3 * PAGE] == 7, "bss is writable");
	now = sys1(NR_brk, old + 4 * PAGE);
	check(now == old + 4 * PAGE, "brk grows");
	p = (volatile int *)(old + 3 * PAGE);
	check(*p == 0, "brk memory reads as zero");
	*p = 42;
	check(*p == 42, "brk memory is writable");
}

/* m: demand paging of mmap, every width, unaligned and page-crossing. */
static void step_mmap(void)
{
	volatile unsigned char *p = mmap(0, 16 * PAGE, PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS);
	volatile u64 *q;
	u32 i, sum = 0;

	check(!is_error((void *)p), "mmap");
	if (is_error((void *)p))
		return;
	for (i = 0; i < 16; i++)
		sum += p[i * PAGE];
	check(sum == 0, "fresh pages read as zero");
	for (i = 0; i < 16; i++)
		p[i * PAGE + i] = i + 1;
	for (i = 0; i < 16; i++)
		sum += p[i * PAGE + i];
	check(sum == 136, "pages keep what was written");
	q = (volatile u64 *)(p + 2 * PAGE - 3);
	*q = 0x1122334455667788ull;
	check(*q == 0x1122334455667788ull, "u64 across a page boundary");
	check(p[2 * PAGE - 1] == 0x66 && p[2 * PAGE] == 0x55,
	      "bytes of it lie on both pages");
	check(sys2(NR_munmap, p, 16 * PAGE) == 0, "munmap");
	check(sys3(NR_write, 1, p, 1) == -EFAULT, "EFAULT after munmap");
}

/* s: the stack VMA grows down. */
__attribute__((noinline)) static u32 dig(int depth)
{
	volatile char hole[1024];
	u32 r;

	/* At an index that the compiler does not know, so that it keeps all. */
	hole[depth] = depth;
	r = depth ? dig(depth - 1) : (u32)get_sp();
	return r + (hole[depth] - (char)depth);
}

static void step_stack(void)
{
	u32 top = (u32)get_sp();
	u32 low = dig(500);

	check(top - low > 500000, "half a megabyte of stack");
}

/* f: fork; both sides go on with their own memory, locals and stack. */
__attribute__((noinline)) static int fork_below(int depth, int *child_result)
{
	int here = depth * 3 + 1;

	if (depth == 0) {
		int pid = fork();

		if (pid == 0)
			data_word = 1111;
		return pid;
	}
	int pid = fork_below(depth - 1, child_result);

	if (pid == 0)
		*child_result += here;
	return pid;
}

static void step_fork(void)
{
	struct ksiginfo info = { 0 };
	int sum = 0;
	volatile int local = 5;
	int pid;

	data_word = 77;
	pid = fork_below(10, &sum);
	if (pid == 0) {
		int ok = data_word == 1111 && sum == 175 && local == 5 &&
			 sys0(NR_getppid) > 0;

		local = 6;
		data_word = 2222;
		exit(ok && local == 6 ? 33 : 1);
	}
	check(pid > 0, "fork");
	if (pid <= 0)
		return;
	check(wait_child(pid, &info) == pid, "waitid");
	check(info.code == CLD_EXITED && info.child.status == 33,
	      "the child saw its own memory");
	check(data_word == 77 && sum == 0 && local == 5,
	      "the parent's memory did not change");
}

/* v: vfork shares memory and the parent waits. */
static volatile int vfork_word;

__attribute__((noinline)) static int vfork_child(void)
{
	int pid = vfork();

	if (pid == 0) {
		vfork_word = 99;
		sys1(NR_exit, 0);
	}
	return pid;
}

static void step_vfork(void)
{
	struct ksiginfo info = { 0 };
	int pid = vfork_child();

	check(pid > 0, "vfork");
	check(vfork_word == 99, "the parent sees the child's write");
	if (pid > 0)
		check(wait_child(pid, &info) == pid, "waitid");
}

/* g: SIGSEGV at a null read and at a read-only page; the access is retried. */
static volatile int faults;
static volatile u32 fault_address;
static volatile int *guarded;

static void on_segv(int sig, struct ksiginfo *info, void *context)
{
	faults++;
	fault_address = (u32)info->addr;
	sys3(NR_mprotect, guarded, PAGE, PROT_READ | PROT_WRITE);
}

static void step_segv(void)
{
	struct ksiginfo info = { 0 };
	int pid;

	guarded = mmap(0, PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS);
	guarded[1] = 17;
	check(sigaction(SIGSEGV, on_segv, SA_SIGINFO) == 0, "rt_sigaction");
	check(sys3(NR_mprotect, guarded, PAGE, PROT_READ) == 0, "mprotect");
	guarded[1] = 18;
	check(faults == 1, "a write to a read-only page called the handler");
	check(fault_address == (u32)(guarded + 1), "si_addr");
	check(guarded[1] == 18, "the write was done after the repair");
	check(sys3(NR_mprotect, guarded, PAGE, PROT_NONE) == 0, "mprotect none");
	check(guarded[1] == 18 && faults == 2, "a read was repaired too");
	sigaction(SIGSEGV, 0, 0);

	pid = fork();
	if (pid == 0) {
		int zero = *(volatile int *)4;

		exit(zero + 1);
	}
	check(wait_child(pid, &info) == pid, "waitid");
	check((info.code == CLD_KILLED || info.code == CLD_DUMPED) &&
		      info.child.status == SIGSEGV,
	      "a null read kills with SIGSEGV");
}

/* k: kill to oneself: handlers of all three types, a mask, a nested one. */
static volatile int seen;

static void on_plain(int sig)
{
	seen = seen * 10 + sig;
}

static void on_void(void)
{
	seen = seen * 10 + 3;
}

static void step_kill(void)
{
	sigaction(SIGUSR1, on_plain, 0);
	check(sys2(NR_kill, sys0(NR_getpid), SIGUSR1) == 0, "kill");
	check(seen == 10, "handler (int) ran before kill returned");
	seen = 0;
	sigaction(SIGUSR1, on_void, 0);
	sys2(NR_kill, sys0(NR_getpid), SIGUSR1);
	check(seen == 3, "handler (void) ran");
	seen = 0;
	sigaction(SIGUSR1, on_plain, 0);
	u64 mask = 1u << (SIGUSR1 - 1);
	sys4(NR_rt_sigprocmask, 0, &mask, 0, 8);
	sys2(NR_kill, sys0(NR_getpid), SIGUSR1);
	check(seen == 0, "a blocked signal waits");
	sys4(NR_rt_sigprocmask, 1, &mask, 0, 8);
	check(seen == 10, "and comes when unblocked");
	sigaction(SIGUSR1, 0, 0);
}

/* t: a thread by clone: own stack, own TLS word, shared memory, futexes. */
static int turn, thread_tid = -1, cleared = 1;
static volatile u32 thread_tp, thread_arg;

static int thread_main(void *arg)
{
	thread_arg = (u32)arg;
	thread_tp = (u32)get_tp();
	while (__atomic_load_n(&turn, __ATOMIC_SEQ_CST) == 0)
		sys6(NR_futex_time64, &turn, FUTEX_WAIT | FUTEX_PRIVATE, 0, 0, 0,
		     0);
	__atomic_store_n(&turn, 2, __ATOMIC_SEQ_CST);
	sys3(NR_futex_time64, &turn, FUTEX_WAKE | FUTEX_PRIVATE, 1);
	return 0;
}

static void step_thread(void)
{
	char *stack = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS);
	static int tls_block[4];
	int tid = clone(thread_main, stack + 4 * PAGE,
			CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
				CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS |
				CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID,
			(void *)0x5EED, &thread_tid, tls_block, &cleared);

	check(tid > 0, "clone");
	if (tid <= 0)
		return;
	check(thread_tid == tid, "CLONE_PARENT_SETTID");
	__atomic_store_n(&turn, 1, __ATOMIC_SEQ_CST);
	sys3(NR_futex_time64, &turn, FUTEX_WAKE | FUTEX_PRIVATE, 1);
	while (__atomic_load_n(&turn, __ATOMIC_SEQ_CST) != 2)
		sys6(NR_futex_time64, &turn, FUTEX_WAIT | FUTEX_PRIVATE, 1, 0, 0,
		     0);
	/* Not private: the kernel's wake at the end of a thread is shared. */
	while (__atomic_load_n(&cleared, __ATOMIC_SEQ_CST) == 1)
		sys6(NR_futex_time64, &cleared, FUTEX_WAIT, 1, 0, 0, 0);
	check(thread_arg == 0x5EED, "argument");
	check(thread_tp == (u32)tls_block, "CLONE_SETTLS sets __tls_base");
	check(cleared == 0, "CLONE_CHILD_CLEARTID");
}

/* w: memory.atomic.wait32 and notify of the engine's own instructions. */
static void step_wait(void)
{
	static int word = 1;

	check(__builtin_wasm_memory_atomic_wait32(&word, 2, -1) == 1,
	      "wait32: not equal");
	check(__builtin_wasm_memory_atomic_wait32(&word, 1, 1000000) == 2,
	      "wait32: timed out");
	check(__builtin_wasm_memory_atomic_notify(&word, 1) == 0,
	      "notify: nobody waits");
}

/* x: traps become signals. */
static int trap_status(int kind)
{
	struct ksiginfo info = { 0 };
	volatile int zero = 0;
	int pid = fork();

	if (pid == 0) {
		if (kind == 0)
			__builtin_trap();
		if (kind == 1)
			exit(5 / zero);
		if (kind == 2)
			((void (*)(void))(zero + 1))();
		if (kind == 3)
			exit(__atomic_load_n((int *)((u32)bss + 1),
					     __ATOMIC_SEQ_CST));
		exit(0);
	}
	wait_child(pid, &info);
	return info.code == CLD_EXITED ? -info.child.status : info.child.status;
}

static void step_traps(void)
{
	check(trap_status(0) == SIGILL, "unreachable is SIGILL");
	check(trap_status(1) == SIGFPE, "division by zero is SIGFPE");
	int r = trap_status(2);
	check(r == SIGSEGV || r == SIGILL, "bad indirect call is fatal");
	check(trap_status(3) == SIGBUS, "misaligned atomic is SIGBUS");
}

/* c: pipe between two processes. */
static void step_pipe(void)
{
	struct ksiginfo info = { 0 };
	int fd[2];
	char b[8];
	int pid;

	check(sys2(NR_pipe2, fd, 0) == 0, "pipe2");
	pid = fork();
	if (pid == 0) {
		sys1(NR_close, fd[0]);
		exit(sys3(NR_write, fd[1], "ping", 4) != 4);
	}
	sys1(NR_close, fd[1]);
	check(sys3(NR_read, fd[0], b, 8) == 4 && b[0] == 'p' && b[3] == 'g',
	      "bytes through a pipe");
	check(sys3(NR_read, fd[0], b, 8) == 0, "end of file");
	sys1(NR_close, fd[0]);
	wait_child(pid, &info);
}

/* e: execve of this very file, with an argument and an environment. */
static char *self;

static void step_exec(void)
{
	struct ksiginfo info = { 0 };
	int pid = fork();

	if (pid == 0) {
		char *av[] = { self, "--exec-child", 0 };
		char *ev[] = { "COLOUR=blue", 0 };

		exit(-sys3(NR_execve, self, av, ev));
	}
	check(wait_child(pid, &info) == pid, "waitid");
	check(info.code == CLD_EXITED && info.child.status == 44,
	      "the new image ran and reported");
}

/* n: sleeping takes time, the clock runs. */
static void step_clock(void)
{
	struct ktimespec a, b, d = { 0, 20000000 };

	check(sys2(NR_clock_gettime64, 1, &a) == 0, "clock_gettime");
	check(sys4(NR_clock_nanosleep_time64, 1, 0, &d, 0) == 0, "nanosleep");
	sys2(NR_clock_gettime64, 1, &b);
	check((b.sec - a.sec) * 1000000000 + b.nsec - a.nsec >= 20000000,
	      "20 ms passed");
}

static const struct {
	char letter;
	const char *name;
	void (*run)(void);
} steps[] = {
	{ 'p', "process and initial stack", step_process },
	{ 'd', "data, bss, brk", step_data },
	{ 'm', "mmap and page faults", step_mmap },
	{ 's', "stack growth", step_stack },
	{ 'n', "clock and sleep", step_clock },
	{ 'k', "kill and handlers", step_kill },
	{ 't', "thread and futex", step_thread },
	{ 'w', "atomic wait and notify", step_wait },
	{ 'f', "fork", step_fork },
	{ 'v', "vfork", step_vfork },
	{ 'c', "pipe", step_pipe },
	{ 'g', "segmentation faults", step_segv },
	{ 'x', "traps", step_traps },
	{ 'e', "execve", step_exec },
};

static int same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static int has(const char *letters, char c)
{
	while (*letters)
		if (*letters++ == c)
			return 1;
	return 0;
}

int main(int argc, char **argv, char **envp)
{
	const char *letters = 0;
	int i;

	args = argv;
	self = argv[0];
	if (argc == 2 && same(argv[1], "--exec-child"))
		return envp[0] && same(envp[0], "COLOUR=blue") && !envp[1] ? 44 :
									     45;
	if (sys0(NR_getpid) == 1) {
		/* As /init of an initramfs without a console node in it. */
		if (sys3(NR_write, 1, "", 0) < 0) {
			int fd = sys4(NR_openat, -100, "/dev/console", 2, 0);

			sys3(NR_dup3, fd, 1, 0);
			sys3(NR_dup3, fd, 2, 0);
		}
	}
	say("hello from init");
	if (argc > 1 && argv[1][0] != '-')
		letters = argv[1];
	for (i = 0; i < (int)(sizeof steps / sizeof *steps); i++) {
		int before = failures;

		if (letters && !has(letters, steps[i].letter))
			continue;
		say("%s ...", steps[i].name);
		steps[i].run();
		say("%s: %s", steps[i].name, failures == before ? "ok" : "FAILED");
	}
	if (failures)
		say("%d FAILED", failures);
	else
		say("ALL OK");
	if (sys0(NR_getpid) == 1) {
		/* LINUX_REBOOT_CMD_POWER_OFF */
		int r = sys4(NR_reboot, 0xfee1dead, 672274793, 0x4321fedc, 0);

		say("reboot: %d", r);
		for (;;)
			sys0(NR_sched_yield);
	}
	return failures != 0;
}
