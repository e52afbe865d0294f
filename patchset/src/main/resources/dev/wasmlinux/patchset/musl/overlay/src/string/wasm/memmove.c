/* SPDX-License-Identifier: MIT */
#include <string.h>

/* One instruction, which the compiler also uses in place of calls. */
void *memmove(void *d, const void *s, size_t n)
{
	return __builtin_memmove(d, s, n);
}
