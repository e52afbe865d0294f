/* SPDX-License-Identifier: Apache-2.0 */
/* fork with diverging memory and deep stacks, pipes, exec, spawn, vfork. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "check.h"

extern char **environ;
static int word = 1;

static int status_of(pid_t pid)
{
	int s = -1;

	if (waitpid(pid, &s, 0) != pid)
		return -1;
	return WIFEXITED(s) ? WEXITSTATUS(s) : 1000 + WTERMSIG(s);
}

static pid_t fork_from(int depth, char *sum)
{
	char mine[100];
	pid_t pid;

	memset(mine, depth, sizeof mine);
	pid = depth ? fork_from(depth - 1, sum) : fork();
	*sum += mine[depth];
	return pid;
}

static int compare_with_fork(const void *a, const void *b)
{
	static int forked;

	if (!forked) {
		forked = 1;
		pid_t pid = fork();

		if (pid == 0)
			word = 100;
		else
			word = status_of(pid) == 45 ? 2 : -1;
	}
	return *(const int *)a - *(const int *)b;
}

static void forks(void)
{
	char sum = 0;
	pid_t pid = fork_from(50, &sum);

	if (pid == 0) {
		word = 7;
		_exit(sum == (char)1275 && word == 7 ? 21 : 1);
	}
	check(status_of(pid) == 21, "a child from a deep stack");
	check(word == 1 && sum == (char)1275, "the parent goes on with its own");

	int v[10] = { 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 }, total = 0;

	qsort(v, 10, sizeof *v, compare_with_fork);
	for (int i = 0; i < 10; i++)
		total += v[i] == i ? i : 1000;
	if (word == 100)
		_exit(total);
	check(word == 2 && total == 45, "fork inside a comparison of qsort");

	int *shared = mmap(0, 4096, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int *private = mmap(0, 4096, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*shared = *private = 1;
	pid = fork();
	if (pid == 0) {
		*shared = 2;
		*private = 2;
		pid_t grandchild = fork();

		if (grandchild == 0) {
			*shared += *private;
			_exit(3);
		}
		_exit(status_of(grandchild));
	}
	check(status_of(pid) == 3, "a grandchild");
	check(*shared == 4, "a shared mapping is shared over two forks");
	check(*private == 1, "a private one is not");
}

static void many(void)
{
	enum { N = 20 };
	int p[2], ok = 1;
	char seen[N] = { 0 }, c;

	if (pipe(p))
		return;
	for (int i = 0; i < N; i++)
		if (fork() == 0) {
			c = i;
			_exit(write(p[1], &c, 1) != 1);
		}
	close(p[1]);
	while (read(p[0], &c, 1) == 1)
		seen[(int)c]++;
	close(p[0]);
	for (int i = 0; i < N; i++)
		ok &= wait(0) > 0 && seen[i] == 1;
	check(ok, "twenty children at once, one pipe");
	check(wait(0) == -1 && errno == ECHILD, "no child is left");
}

static void spawns(char *self)
{
	char *args[] = { self, "child", "three", 0 };
	char *missing[] = { "/no/such/program", 0 };
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int p[2];
	char b[32] = { 0 };

	check(pipe(p) == 0, "pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, p[1], 1);
	posix_spawn_file_actions_addclose(&actions, p[0]);
	check(posix_spawn(&pid, self, &actions, 0, args, environ) == 0,
	      "posix_spawn");
	close(p[1]);
	check(read(p[0], b, sizeof b) == 6 && !memcmp(b, "three\n", 6),
	      "its output through a pipe");
	close(p[0]);
	check(status_of(pid) == 30, "its exit status");
	check(posix_spawn(&pid, missing[0], 0, 0, missing, environ) == ENOENT,
	      "posix_spawn of a missing program");

	volatile int shared_error = 0;

	pid = vfork();
	if (pid == 0) {
		execve(missing[0], missing, environ);
		shared_error = errno;
		_exit(127);
	}
	check(status_of(pid) == 127 && shared_error == ENOENT,
	      "vfork: the parent reads what the child wrote");
	pid = vfork();
	if (pid == 0) {
		execve(self, args, environ);
		_exit(127);
	}
	check(status_of(pid) == 30, "vfork and execve");
	pid = fork();
	if (pid == 0) {
		raise(SIGKILL);
		_exit(0);
	}
	check(status_of(pid) == 1000 + SIGKILL, "a killed child");
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "child")) {
		printf("%s\n", argv[2]);
		return 30;
	}
	forks();
	many();
	spawns(argv[0]);
	return failures;
}
