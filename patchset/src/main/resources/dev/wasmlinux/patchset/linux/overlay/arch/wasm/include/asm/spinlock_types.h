/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_SPINLOCK_TYPES_H
#define __ASM_WASM_SPINLOCK_TYPES_H

#ifndef __LINUX_SPINLOCK_TYPES_RAW_H
#error "please don't include this file directly"
#endif

typedef struct {
	u32 locked;
} arch_spinlock_t;

#define __ARCH_SPIN_LOCK_UNLOCKED	{ 0 }

#include <asm-generic/qrwlock_types.h>

#endif
