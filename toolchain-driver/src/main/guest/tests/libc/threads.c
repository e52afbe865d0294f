/* SPDX-License-Identifier: Apache-2.0 */
/* Threads: storage, mutexes, conditions, keys, once, cancellation, detach. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>
#include "check.h"

enum { THREADS = 8, ROUNDS = 2000 };

static _Thread_local int initialised = 41;
static _Thread_local int zeroed;
static _Thread_local char aligned[64] __attribute__((aligned(64)));

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn_changed = PTHREAD_COND_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int counter, atomic_counter, turn, once_count, destroyed, cleaned;

static void run_once(void)
{
	once_count++;
}

static void destroy(void *p)
{
	__atomic_fetch_add(&destroyed, (int)(intptr_t)p, __ATOMIC_SEQ_CST);
}

static void *work(void *arg)
{
	int me = (int)(intptr_t)arg;
	int ok = initialised == 41 && zeroed == 0 &&
		 ((uintptr_t)aligned & 63) == 0;

	pthread_once(&once, run_once);
	pthread_setspecific(key, (void *)(intptr_t)(me + 1));
	initialised += me;
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&lock);
		counter++;
		pthread_mutex_unlock(&lock);
		__atomic_fetch_add(&atomic_counter, 1, __ATOMIC_RELAXED);
		zeroed++;
	}
	pthread_mutex_lock(&lock);
	while (turn != me)
		pthread_cond_wait(&turn_changed, &lock);
	turn++;
	pthread_cond_broadcast(&turn_changed);
	pthread_mutex_unlock(&lock);
	errno = me;
	ok &= initialised == 41 + me && zeroed == ROUNDS && errno == me;
	return (void *)(intptr_t)(ok ? me : -1);
}

static void clean(void *p)
{
	cleaned = *(int *)p;
}

static sem_t ready;

static void *blocked(void *p)
{
	char c;
	int value = 55;

	pthread_cleanup_push(clean, &value);
	sem_post(&ready);
	read((int)(intptr_t)p, &c, 1);
	pthread_cleanup_pop(0);
	return 0;
}

static void *sleeper(void *p)
{
	sem_post(&ready);
	for (;;)
		pause();
	return 0;
}

static void *detached(void *p)
{
	sem_post(p);
	return 0;
}

static int c11(void *p)
{
	return *(int *)p * 2;
}

int main(void)
{
	pthread_t t[THREADS];
	void *result;
	int ok = 1, p[2];

	pthread_key_create(&key, destroy);
	for (int i = 0; i < THREADS; i++)
		ok &= pthread_create(t + i, 0, work, (void *)(intptr_t)i) == 0;
	check(ok, "pthread_create");
	for (int i = 0; i < THREADS; i++)
		ok &= pthread_join(t[i], &result) == 0 &&
		      (intptr_t)result == i;
	check(ok, "each thread has its own storage and errno");
	check(counter == THREADS * ROUNDS, "mutex");
	check(atomic_counter == THREADS * ROUNDS, "atomic addition");
	check(turn == THREADS, "condition variable");
	check(once_count == 1, "pthread_once");
	check(destroyed == THREADS * (THREADS + 1) / 2, "key destructors");
	check(initialised == 41 && zeroed == 0, "the first thread's storage");

	sem_init(&ready, 0, 0);
	check(pipe(p) == 0, "pipe");
	pthread_create(t, 0, blocked, (void *)(intptr_t)p[0]);
	sem_wait(&ready);
	pthread_cancel(t[0]);
	check(pthread_join(t[0], &result) == 0 && result == PTHREAD_CANCELED &&
		      cleaned == 55,
	      "cancelling a blocked read runs its cleanup");
	pthread_create(t, 0, sleeper, 0);
	sem_wait(&ready);
	pthread_cancel(t[0]);
	check(pthread_join(t[0], &result) == 0 && result == PTHREAD_CANCELED,
	      "cancelling pause");

	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, 1 << 20);
	ok = 1;
	for (int i = 0; i < 50; i++) {
		ok &= pthread_create(t, &attr, detached, &ready) == 0;
		sem_wait(&ready);
	}
	check(ok, "fifty detached threads");

	struct timespec soon;

	clock_gettime(CLOCK_REALTIME, &soon);
	soon.tv_nsec += 10000000;
	soon.tv_sec += soon.tv_nsec / 1000000000;
	soon.tv_nsec %= 1000000000;
	check(sem_timedwait(&ready, &soon) == -1 && errno == ETIMEDOUT,
	      "sem_timedwait");

	thrd_t thread;
	int value = 21, twice = 0;

	thrd_create(&thread, c11, &value);
	check(thrd_join(thread, &twice) == thrd_success && twice == 42,
	      "C11 thread");
	return failures;
}
