/* SPDX-License-Identifier: MIT */
#include <string.h>

/* One instruction, which the compiler also uses in place of calls. */
void *memset(void *d, int c, size_t n)
{
	return __builtin_memset(d, c, n);
}
