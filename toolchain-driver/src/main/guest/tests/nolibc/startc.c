/* SPDX-License-Identifier: Apache-2.0 */
/* Second half of _start, and the memory functions that clang may call. */
#include "nolibc.h"

_Noreturn void start_c(long *sp)
{
	int argc = sp[0];
	char **argv = (char **)(sp + 1);

	exit(main(argc, argv, argv + argc + 1));
}

void *memset(void *d, int c, size_t n)
{
	char *p = d;

	while (n--)
		*p++ = c;
	return d;
}

void *memcpy(void *restrict d, const void *restrict s, size_t n)
{
	char *p = d;
	const char *q = s;

	while (n--)
		*p++ = *q++;
	return d;
}
