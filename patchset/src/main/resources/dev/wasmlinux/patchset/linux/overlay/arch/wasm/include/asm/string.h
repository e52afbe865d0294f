/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_STRING_H
#define __ASM_WASM_STRING_H

#define __HAVE_ARCH_MEMCPY
#define __HAVE_ARCH_MEMMOVE
#define __HAVE_ARCH_MEMSET
void *memcpy(void *d, const void *s, __kernel_size_t n);
void *memmove(void *d, const void *s, __kernel_size_t n);
void *memset(void *d, int c, __kernel_size_t n);

#endif
