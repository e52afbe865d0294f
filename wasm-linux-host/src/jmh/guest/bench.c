/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: bench ROUNDS
 * Prints "NAME VALUE UNIT" for each benchmark: the best of ROUNDS, since what
 * else the machine does only ever adds.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "compute.h"

static unsigned result;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void getppids(int n)
{
	while (n--)
		syscall(SYS_getppid);
}

/* A byte to a child and back. */
static void ping_pong(int n)
{
	int there[2], back[2];
	char c = 'x';
	pid_t child;

	if (pipe(there) || pipe(back) || (child = fork()) < 0)
		fail("ping-pong");
	if (!child) {
		while (n-- && read(there[0], &c, 1) == 1 && write(back[1], &c, 1) == 1)
			;
		_exit(0);
	}
	while (n--)
		if (write(there[1], &c, 1) != 1 || read(back[0], &c, 1) != 1)
			fail("ping-pong");
	waitpid(child, NULL, 0);
	for (int i = 0; i < 2; i++) {
		close(there[i]);
		close(back[i]);
	}
}

static void forks(int n, int exec)
{
	while (n--) {
		pid_t child = fork();
		int status;

		if (child < 0)
			fail("fork");
		if (!child) {
			if (exec)
				execl("/bin/true", "true", (char *)NULL);
			_exit(exec);
		}
		if (waitpid(child, &status, 0) != child || status)
			fail("child");
	}
}

static void fork_exit(int n) { forks(n, 0); }
static void fork_exec(int n) { forks(n, 1); }
static void crc(int n) { result += compute_crc(n); }
static void fib(int n) { result += compute_fib(n); }
static void sieve(int n) { result += compute_sieve(n); }
static void sort(int n) { result += compute_sort(n); }

static const struct bench {
	const char *name;
	void (*run)(int);
	int argument;
	int divisor; /* operations in a run */
	double unit; /* in seconds */
	const char *unit_name;
} benches[] = {
	{ "getppid", getppids, 200000, 200000, 1e-9, "ns" },
	{ "ping-pong", ping_pong, 3000, 3000, 1e-6, "us" },
	{ "fork+exit", fork_exit, 100, 100, 1e-3, "ms" },
	{ "fork+exec", fork_exec, 50, 50, 1e-3, "ms" },
	{ "crc", crc, 8, 1, 1e-3, "ms" },
	{ "fib", fib, 32, 1, 1e-3, "ms" },
	{ "sieve", sieve, 4000000, 1, 1e-3, "ms" },
	{ "sort", sort, 400000, 1, 1e-3, "ms" },
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 5;

	for (size_t i = 0; i < sizeof benches / sizeof *benches; i++) {
		const struct bench *b = &benches[i];
		double best = 1e9;

		for (int round = 0; round < rounds; round++) {
			double start = now(), took;

			b->run(b->argument);
			took = (now() - start) / b->divisor / b->unit;
			best = took < best ? took : best;
		}
		printf("%s %.3f %s\n", b->name, best, b->unit_name);
		fflush(stdout);
	}
	return result == 0;
}
