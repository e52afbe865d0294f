/* SPDX-License-Identifier: Apache-2.0 */
/* malloc in many sizes, stdio through a file, qsort, strings, numbers. */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>
#include <sys/stat.h>
#include "check.h"

static int by_value(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void allocations(void)
{
	enum { N = 400 };
	static unsigned char *block[N];
	int ok = 1;

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < N; i++) {
			size_t size = (size_t)i * i * (round + 1) + 1;

			block[i] = malloc(size);
			ok &= block[i] != 0 && ((uintptr_t)block[i] & 15) == 0;
			memset(block[i], i, size);
		}
		for (int i = 0; i < N; i++) {
			size_t size = (size_t)i * i * (round + 1) + 1;

			ok &= block[i][0] == (unsigned char)i &&
			      block[i][size - 1] == (unsigned char)i;
			block[i] = realloc(block[i], size + 1000);
			ok &= block[i][size - 1] == (unsigned char)i;
			free(block[i]);
		}
	}
	check(ok, "malloc, realloc, free");
	/*
	 * Volatile: the compiler would leave the call out and assume success. It
	 * also assumes that malloc keeps errno.
	 */
	void *volatile huge = malloc(PTRDIFF_MAX - 100000);

	check(huge == 0, "malloc of too much");
	char *zero = calloc(1000, 1000);

	ok = 1;
	for (int i = 0; i < 1000000; i += 997)
		ok &= zero[i] == 0;
	check(ok, "calloc is zero");
	free(zero);
}

static void files(void)
{
	char name[] = "/tmp/stdio-XXXXXX", line[64];
	int fd = mkstemp(name), n = 0, ok = 1;
	FILE *f = fdopen(fd, "w+");
	struct stat st;

	check(fd >= 0 && f, "mkstemp, fdopen");
	if (!f)
		return;
	for (int i = 0; i < 5000; i++)
		fprintf(f, "line %d\n", i);
	rewind(f);
	while (fgets(line, sizeof line, f)) {
		int k = -1;

		ok &= sscanf(line, "line %d", &k) == 1 && k == n;
		n++;
	}
	check(ok && n == 5000, "fprintf, rewind, fgets, sscanf");
	check(fseek(f, -5, SEEK_END) == 0 && fgetc(f) == '4' &&
		      ftell(f) == 48886,
	      "fseek, ftell");
	check(fstat(fd, &st) == 0 && st.st_size == 48890 && S_ISREG(st.st_mode),
	      "fstat");
	check(ftruncate(fd, 0x140000000LL) == 0 && fstat(fd, &st) == 0 &&
		      st.st_size == 0x140000000LL,
	      "ftruncate beyond 4 GiB");
	check(pwrite(fd, "far", 3, 0x130000000LL) == 3 &&
		      pread(fd, line, 3, 0x130000000LL) == 3 &&
		      !memcmp(line, "far", 3),
	      "pwrite and pread beyond 4 GiB");
	check(lseek(fd, 0x130000001LL, SEEK_SET) == 0x130000001LL &&
		      read(fd, line, 2) == 2 && line[0] == 'a',
	      "lseek beyond 4 GiB");
	fclose(f);
	check(unlink(name) == 0 && access(name, F_OK) == -1 && errno == ENOENT,
	      "unlink");
}

int main(void)
{
	int v[1000];
	int ok = 1;
	char b[80];

	allocations();
	for (int i = 0; i < 1000; i++)
		v[i] = (i * 7919) % 1000;
	qsort(v, 1000, sizeof *v, by_value);
	for (int i = 0; i < 1000; i++)
		ok &= v[i] == i;
	check(ok, "qsort");
	check(strtoull("ffffffffffffffff", 0, 16) == ULLONG_MAX, "strtoull");
	snprintf(b, sizeof b, "%lld %llx %zu %p", -1234567890123456789LL,
		 0xfedcba9876543210ULL, (size_t)7, (void *)0x1234);
	check(!strcmp(b, "-1234567890123456789 fedcba9876543210 7 0x1234"),
	      "snprintf of wide integers");
	files();
	return failures;
}
