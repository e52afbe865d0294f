/* SPDX-License-Identifier: Apache-2.0 */
#include "compute.h"

enum { ROOM = 4 << 20 };

static unsigned char bytes[ROOM];
static int numbers[ROOM / 4];

/* Bit by bit: dependent arithmetic on registers. */
unsigned compute_crc(int megabytes)
{
	unsigned crc = ~0u;

	for (int i = 0; i < ROOM; i++)
		bytes[i] = i * 7;
	for (int i = 0; i < megabytes << 20; i++) {
		crc ^= bytes[i % ROOM];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0xedb88320 & -(crc & 1));
	}
	return ~crc;
}

/* Calls. */
unsigned compute_fib(unsigned n)
{
	return n < 2 ? n : compute_fib(n - 1) + compute_fib(n - 2);
}

/* Stores all over a memory larger than the caches of a core. */
unsigned compute_sieve(int limit)
{
	unsigned primes = 0;

	if (limit > ROOM)
		limit = ROOM;
	for (int i = 0; i < limit; i++)
		bytes[i] = 1;
	for (int i = 2; i * i < limit; i++)
		for (int j = i * i; bytes[i] && j < limit; j += i)
			bytes[j] = 0;
	for (int i = 2; i < limit; i++)
		primes += bytes[i];
	return primes;
}

static int (*volatile compare)(int, int);

static int ascending(int a, int b)
{
	return a < b ? -1 : a > b;
}

/* Calls through a pointer, and branches that nobody can foresee. */
static void sort(int *from, int *to)
{
	while (from < to) {
		int pivot = from[(to - from) / 2], *low = from, *high = to;

		while (low <= high) {
			while (compare(*low, pivot) < 0)
				low++;
			while (compare(*high, pivot) > 0)
				high--;
			if (low <= high) {
				int swap = *low;

				*low++ = *high;
				*high-- = swap;
			}
		}
		sort(from, high);
		from = low;
	}
}

unsigned compute_sort(int count)
{
	unsigned random = 1, sum = 0;

	compare = ascending;
	for (int i = 0; i < count; i++) {
		random = random * 1103515245 + 12345;
		numbers[i] = random >> 1;
	}
	sort(numbers, numbers + count - 1);
	for (int i = 0; i < count; i++)
		sum = sum * 31 + numbers[i];
	return sum;
}
