// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>
#include <linux/syscalls.h>

/* The offset counts 4096 bytes, whatever the size of a page. */
SYSCALL_DEFINE6(mmap2, unsigned long, addr, unsigned long, len, unsigned long, prot,
		unsigned long, flags, unsigned long, fd, unsigned long, offset)
{
	if (offset & (~PAGE_MASK >> 12))
		return -EINVAL;
	return ksys_mmap_pgoff(addr, len, prot, flags, fd, offset >> (PAGE_SHIFT - 12));
}
