// SPDX-License-Identifier: GPL-2.0-only
#include <linux/string.h>

/*
 * The compiler makes instructions of most calls; these are for the others
 * and for pointers.  Assembly, so that it does not make calls of them again.
 */
#undef memcpy
void *memcpy(void *d, const void *s, __kernel_size_t n)
{
	__asm__ volatile("local.get %0\n\tlocal.get %1\n\tlocal.get %2\n\tmemory.copy 0, 0"
			 : : "r"(d), "r"(s), "r"(n) : "memory");
	return d;
}

#undef memmove
void *memmove(void *d, const void *s, __kernel_size_t n)
{
	__asm__ volatile("local.get %0\n\tlocal.get %1\n\tlocal.get %2\n\tmemory.copy 0, 0"
			 : : "r"(d), "r"(s), "r"(n) : "memory");
	return d;
}

#undef memset
void *memset(void *d, int c, __kernel_size_t n)
{
	__asm__ volatile("local.get %0\n\tlocal.get %1\n\tlocal.get %2\n\tmemory.fill 0"
			 : : "r"(d), "r"(c), "r"(n) : "memory");
	return d;
}
