/* SPDX-License-Identifier: MIT */
#define _BSD_SOURCE
#include <unistd.h>
#include "syscall.h"
#include <stdarg.h>

#undef syscall

/* Which arguments of a system call are 64 bits wide: bit i is argument i. */
static unsigned wide(long n)
{
	switch (n) {
	case SYS_truncate64:
	case SYS_ftruncate64:
	case SYS_readahead:
		return 1<<1;
	case SYS_fanotify_mark:
		return 1<<2;
	case SYS_pread64:
	case SYS_pwrite64:
		return 1<<3;
	case SYS_fadvise64_64:
	case SYS_sync_file_range:
		return 1<<1 | 1<<2;
	case SYS_fallocate:
		return 1<<2 | 1<<3;
	default:
		return 0;
	}
}

/*
 * Arguments lie in memory one after the other, so their widths must be known.
 * A caller passes 64-bit ones as they are, without splitting.
 */
long syscall(long n, ...)
{
	va_list ap;
	syscall_arg_t a[6];
	unsigned w = wide(n);
	va_start(ap, n);
	for (int i=0; i<6; i++)
		a[i] = w>>i & 1 ? va_arg(ap, long long) : va_arg(ap, long);
	va_end(ap);
	return __syscall_ret(__syscall(n,a[0],a[1],a[2],a[3],a[4],a[5]));
}
