/* SPDX-License-Identifier: Apache-2.0 */
/* Signals: handlers, masks, nesting, restart, repair of faults, alt stack. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "check.h"

static volatile sig_atomic_t count, depth, deepest, info_pid, on_alt;
static char *page;
static size_t page_size;
static volatile uintptr_t address;
static sigjmp_buf back;
static char alt[65536];

static void plain(int sig)
{
	count++;
}

static void nested(int sig)
{
	if (++depth > deepest)
		deepest = depth;
	if (sig == SIGUSR1)
		raise(SIGUSR2);
	depth--;
}

static void with_info(int sig, siginfo_t *info, void *context)
{
	info_pid = info->si_pid;
	count = info->si_value.sival_int;
}

static void repair(int sig, siginfo_t *info, void *context)
{
	count++;
	address = (uintptr_t)info->si_addr;
	mprotect(page, page_size, PROT_READ | PROT_WRITE);
}

static void jump(int sig)
{
	siglongjmp(back, 5);
}

static void where(int sig)
{
	char here;

	on_alt = &here >= alt && &here < alt + sizeof alt;
}

static void set(int sig, void (*handler)(int), int flags)
{
	struct sigaction a = { .sa_handler = handler, .sa_flags = flags };

	sigaction(sig, &a, 0);
}

static void set_info(int sig, void (*handler)(int, siginfo_t *, void *),
		     int flags)
{
	struct sigaction a = { .sa_sigaction = handler,
			       .sa_flags = SA_SIGINFO | flags };

	sigaction(sig, &a, 0);
}

static int recurse(int n)
{
	volatile char b[4096];

	b[0] = n;
	return n == 1 << 30 ? 0 : recurse(n + 1) + b[0];
}

int main(void)
{
	sigset_t mask, old;
	int p[2];
	char c = 0;
	pid_t pid;

	signal(SIGUSR1, plain);
	raise(SIGUSR1);
	check(count == 1, "raise");
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	sigprocmask(SIG_BLOCK, &mask, &old);
	raise(SIGUSR1);
	raise(SIGUSR1);
	check(count == 1, "a blocked signal waits");
	sigprocmask(SIG_SETMASK, &old, 0);
	check(count == 2, "and comes once");
	set(SIGUSR1, nested, 0);
	set(SIGUSR2, nested, 0);
	raise(SIGUSR1);
	check(deepest == 2 && depth == 0, "a handler inside a handler");
	set_info(SIGRTMIN, with_info, 0);
	sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = 77 });
	check(count == 77 && info_pid == getpid(), "sigqueue and SA_SIGINFO");

	/* A read that SIGALRM interrupts. */
	struct itimerval soon = { .it_value = { 0, 20000 } };

	check(pipe(p) == 0, "pipe");
	set(SIGALRM, plain, 0);
	setitimer(ITIMER_REAL, &soon, 0);
	check(read(p[0], &c, 1) == -1 && errno == EINTR, "EINTR");
	count = 0;
	set(SIGALRM, plain, SA_RESTART);
	pid = fork();
	if (pid == 0) {
		setitimer(ITIMER_REAL, &soon, 0);
		int n = read(p[0], &c, 1);

		_exit(n == 1 && c == 'x' && count == 1 ? 9 : 1);
	}
	struct timespec pause_time = { 0, 100000000 };

	nanosleep(&pause_time, 0);
	int status = 0;

	check(write(p[1], "x", 1) == 1 && waitpid(pid, &status, 0) == pid &&
		      WEXITSTATUS(status) == 9,
	      "SA_RESTART");

	/* A busy loop must be interrupted as well. */
	count = 0;
	setitimer(ITIMER_REAL, &soon, 0);
	while (!count)
		;
	check(count == 1, "a signal in a loop without system calls");

	page_size = sysconf(_SC_PAGESIZE);
	page = mmap(0, page_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	set_info(SIGSEGV, repair, 0);
	count = 0;
	page[5] = 'a';
	check(count == 1 && address == (uintptr_t)page + 5 && page[5] == 'a',
	      "SIGSEGV, repaired and retried");
	mprotect(page, page_size, PROT_NONE);
	check(page[5] == 'a' && count == 2, "the same for a read");
	set(SIGSEGV, jump, 0);
	if (sigsetjmp(back, 1) == 0) {
		*(volatile char *)8 = 1;
		check(0, "a null write has no effect");
	} else {
		sigprocmask(SIG_BLOCK, 0, &old);
		check(!sigismember(&old, SIGSEGV),
		      "siglongjmp out of a SIGSEGV handler restores the mask");
	}
	set(SIGFPE, jump, 0);
	volatile int zero = 0, quotient;

	if (sigsetjmp(back, 1) == 0) {
		quotient = 5 / zero;
		check(quotient == 7, "division by zero continued");
	} else {
		check(1, "SIGFPE and siglongjmp");
	}

	stack_t stack = { .ss_sp = alt, .ss_size = sizeof alt };

	check(sigaltstack(&stack, 0) == 0, "sigaltstack");
	set(SIGUSR1, where, SA_ONSTACK);
	raise(SIGUSR1);
	check(on_alt, "SA_ONSTACK");

	pid = fork();
	if (pid == 0) {
		set(SIGSEGV, SIG_DFL, 0);
		_exit(recurse(0));
	}
	check(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
		      WTERMSIG(status) == SIGSEGV,
	      "endless recursion ends in SIGSEGV");
	pid = fork();
	if (pid == 0)
		abort();
	check(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
		      WTERMSIG(status) == SIGABRT,
	      "abort");
	set(SIGCHLD, plain, 0);
	count = 0;
	pid = fork();
	if (pid == 0)
		_exit(0);
	waitpid(pid, &status, 0);
	check(count == 1, "SIGCHLD");
	return failures;
}
