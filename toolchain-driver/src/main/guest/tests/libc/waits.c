/* SPDX-License-Identifier: Apache-2.0 */
/* The wait instructions: what Wasm promises, by way of futexes. */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/time.h>
#include <time.h>
#include "check.h"

enum { WOKEN, NOT_EQUAL, TIMED_OUT };

static _Atomic int64_t word64 = 0x500000006;
static _Atomic int32_t word32 = 7;
static _Atomic int waiting;
static volatile sig_atomic_t alarms;

static int wait64(int64_t expected, int64_t nanos)
{
	return __builtin_wasm_memory_atomic_wait64((int64_t *)&word64, expected, nanos);
}

static int wait32(int32_t expected, int64_t nanos)
{
	return __builtin_wasm_memory_atomic_wait32((int32_t *)&word32, expected, nanos);
}

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void *waiter(void *result)
{
	waiting = 1;
	*(int *)result = wait64(word64, -1);
	return NULL;
}

/* Whatever the order is: a change with a notification behind it ends the wait. */
static int woken_by(int64_t change)
{
	pthread_t thread;
	int result = -1;

	waiting = 0;
	pthread_create(&thread, NULL, waiter, &result);
	while (!waiting)
		;
	nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	word64 += change;
	__builtin_wasm_memory_atomic_notify((int *)&word64, 1);
	pthread_join(thread, NULL);
	return result;
}

static void count(int signal)
{
	char scribble[4096];

	/* What the interrupted wait keeps on the stack must not be here. */
	for (unsigned i = 0; i < sizeof(scribble); i++)
		((volatile char *)scribble)[i] = 0x55;
	alarms++;
}

/* Handlers run meanwhile; the wait still takes its time, and not much more. */
static int interrupted(int (*wait)(void))
{
	struct itimerval often = { { 0, 10000 }, { 0, 10000 } }, never = { 0 };
	int64_t start = now();
	int result;

	alarms = 0;
	setitimer(ITIMER_REAL, &often, NULL);
	result = wait();
	setitimer(ITIMER_REAL, &never, NULL);
	return alarms > 1 && now() - start >= 100000000 && now() - start < 20000000000 ? result
										     : -1;
}

static int timed32(void)
{
	return wait32(7, 100000000);
}

static int timed64(void)
{
	return wait64(word64, 100000000);
}

int main(void)
{
	struct sigaction action = { .sa_handler = count };

	sigaction(SIGALRM, &action, NULL);
	check(wait64(0x500000007, -1) == NOT_EQUAL, "the low half differs");
	check(wait64(0x600000006, -1) == NOT_EQUAL, "the high half differs");
	check(wait64(0x500000006, 1000000) == TIMED_OUT, "time passes");
	check(wait64(0x500000006, 0) == TIMED_OUT, "no time");
	check(woken_by(1) == WOKEN, "the low half changes");
	check(woken_by(1LL << 32) == WOKEN, "the high half changes");
	check(woken_by(0) == WOKEN, "nothing changes");
	check(__builtin_wasm_memory_atomic_notify((int *)&word64, 1) == 0, "nobody waits");
	check(interrupted(timed32) == TIMED_OUT, "handlers in a wait of 32 bits");
	check(interrupted(timed64) == TIMED_OUT, "handlers in a wait of 64 bits");
	return failures;
}
