/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_UACCESS_H
#define __ASM_WASM_UACCESS_H

#include <linux/mm_types.h>
#include <linux/string.h>
#include <asm/processor.h>

/* User addresses overlap kernel addresses: the size of user space is all. */
static inline int __access_ok(const void __user *ptr, unsigned long size)
{
	return size <= TASK_SIZE && (unsigned long)ptr <= TASK_SIZE - size;
}
#define __access_ok __access_ok
#include <asm-generic/access_ok.h>

unsigned long raw_copy_from_user(void *to, const void __user *from, unsigned long n);
unsigned long raw_copy_to_user(void __user *to, const void *from, unsigned long n);
unsigned long __clear_user(void __user *to, unsigned long n);
#define __clear_user __clear_user

static inline int wasm_get_user(size_t size, const void __user *ptr, void *value)
{
	if (likely(!raw_copy_from_user(value, ptr, size)))
		return 0;
	memset(value, 0, size);
	return -EFAULT;
}

static inline int wasm_put_user(size_t size, void __user *ptr, const void *value)
{
	return raw_copy_to_user(ptr, value, size) ? -EFAULT : 0;
}

#define __get_user_fn(size, ptr, value)	wasm_get_user(size, ptr, value)
#define __put_user_fn(size, ptr, value)	wasm_put_user(size, ptr, value)

bool wasm_kernel_range_ok(unsigned long addr, unsigned long size);

#define __get_kernel_nofault(dst, src, type, err_label)			\
do {									\
	if (!wasm_kernel_range_ok((unsigned long)(src), sizeof(type)))	\
		goto err_label;						\
	__builtin_memcpy((dst), (src), sizeof(type));			\
} while (0)

#define __put_kernel_nofault(dst, src, type, err_label)			\
do {									\
	if (!wasm_kernel_range_ok((unsigned long)(dst), sizeof(type)))	\
		goto err_label;						\
	__builtin_memcpy((dst), (src), sizeof(type));			\
} while (0)

#include <asm-generic/uaccess.h>

#endif
