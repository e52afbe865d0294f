/* SPDX-License-Identifier: MIT */
#include <string.h>

/* One instruction, which the compiler also uses in place of calls. */
void *memcpy(void *restrict d, const void *restrict s, size_t n)
{
	return __builtin_memcpy(d, s, n);
}
