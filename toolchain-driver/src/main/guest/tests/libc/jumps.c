/* SPDX-License-Identifier: Apache-2.0 */
/* setjmp and longjmp: values, nesting, loops, fork in between. */
#include <setjmp.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "check.h"

static jmp_buf outer, inner;
static volatile int trail;

__attribute__((noinline)) static void throw_from(int depth, int value)
{
	trail++;
	if (depth == 0)
		longjmp(outer, value);
	throw_from(depth - 1, value);
	trail = -1000;
}

__attribute__((noinline)) static int middle(int value)
{
	int r = setjmp(inner);

	if (r == 0) {
		if (value & 1)
			longjmp(inner, value);
		throw_from(3, value);
	}
	return r + 100;
}

int main(void)
{
	volatile int step = 0, total = 0;
	int r = setjmp(outer);

	if (step == 0) {
		check(r == 0, "first return is 0");
		step = 1;
		throw_from(10, 42);
	}
	if (step == 1) {
		check(r == 42 && trail == 11, "the value of longjmp");
		step = 2;
		longjmp(outer, 0);
	}
	if (step == 2) {
		check(r == 1, "0 becomes 1");
		step = 3;
		check(middle(7) == 107, "a jump inside the inner function");
		middle(8);
	}
	check(step == 3 && r == 8, "a jump over the inner function");
	for (volatile int i = 0; i < 10000; i++)
		if (setjmp(inner))
			total++;
		else
			longjmp(inner, 1);
	check(total == 10000, "ten thousand jumps");
	if (setjmp(outer) == 0) {
		pid_t pid = fork();

		if (pid == 0)
			longjmp(outer, 9);
		int status = 0;

		check(waitpid(pid, &status, 0) == pid &&
			      WEXITSTATUS(status) == 17,
		      "the child jumps to a frame from before fork");
	} else {
		_exit(17);
	}
	return failures;
}
