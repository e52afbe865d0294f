/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_COMPILER_H
#define __ASM_WASM_COMPILER_H

/* Code has no addresses: the first is an error on this target. */
#define __builtin_return_address(n)	((void *)0)
#define __builtin_frame_address(n)	wasm_frame_address()

#ifndef __ASSEMBLY__

/*
 * jiffies is the low half of jiffies_64, which elsewhere the linker script
 * says; there is none here.
 */
#pragma redefine_extname jiffies jiffies_64

static inline __attribute__((always_inline)) void *wasm_frame_address(void)
{
	void *sp;

	__asm__ volatile("global.get __stack_pointer\n\tlocal.set %0" : "=r"(sp));
	return sp;
}
#endif
#endif
