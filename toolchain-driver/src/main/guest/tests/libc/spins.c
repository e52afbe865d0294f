/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that make no system call, on one CPU: others go on, and signals reach them. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "check.h"

static void pause_ms(int ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000L }, NULL);
}

/* The status of a child that is sent a signal after a while. */
static int killed(void (*child)(void), int signal)
{
	int status, pid = fork();

	if (pid == 0) {
		child();
		_exit(99);
	}
	pause_ms(100);
	kill(pid, signal);
	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void spin(void)
{
	for (;;)
		;
}

static void leave(int signal)
{
	_exit(40 + signal);
}

static void spin_with_handler(void)
{
	signal(SIGINT, leave);
	for (;;)
		;
}

/* A handler that came between two instructions forks, and both go on with the loop. */
static volatile sig_atomic_t children;
static volatile pid_t forked;

static void fork_once(int signal)
{
	if (!children) {
		children = 1;
		forked = fork();
	}
}

static int fork_in_handler(void)
{
	volatile unsigned long turns = 0;
	struct itimerval soon = { .it_value = { 0, 20000 } };
	unsigned sum = 1;
	int status;

	signal(SIGALRM, fork_once);
	setitimer(ITIMER_REAL, &soon, NULL);
	while (!children) {
		sum = sum * 3 + 1;
		turns++;
	}
	/* parent and child: the same number of turns, the same sum of them */
	unsigned expected = 1;
	for (unsigned long i = 0; i < turns; i++)
		expected = expected * 3 + 1;
	if (forked == 0)
		_exit(sum == expected ? 50 : 51);
	return forked > 0 && waitpid(forked, &status, 0) == forked && WEXITSTATUS(status) == 50 &&
	       sum == expected;
}

/* What clone3() takes (include/uapi/linux/sched.h), as far as fork needs it. */
struct arguments {
	unsigned long long flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};

static int clone3_child(void *place)
{
	struct arguments arguments = { .exit_signal = SIGCHLD };
	volatile int before = 17;
	int status, pid;

	memcpy(place, &arguments, sizeof(arguments));
	pid = syscall(SYS_clone3, place, sizeof(arguments), 0, 0, 0, 0);
	if (pid == 0)
		_exit(before + 1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 18;
}

int main(void)
{
	static char pages[3 * 16384];
	char *edge = (char *)(((unsigned long)pages + 2 * 16384 - 1) & -16384UL);

	check(killed(spin, SIGINT) == -SIGINT, "an endless loop is killed");
	check(killed(spin_with_handler, SIGINT) == 40 + SIGINT, "its handler runs");
	check(fork_in_handler(), "a handler in a loop forks");
	check(clone3_child(pages), "clone3");
	check(clone3_child(edge - 20), "clone3 with arguments on two pages");
	check(syscall(SYS_clone3, 16, sizeof(struct arguments), 0, 0, 0, 0) == -1 &&
		      errno == EFAULT,
	      "clone3 with bad arguments");
	return failures;
}
