/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_DIV64_H
#define __ASM_WASM_DIV64_H

/* 64-bit division and multiplication are single instructions. */
#include <linux/types.h>

#define do_div(n, base)							\
({									\
	u32 __div_base = (base);					\
	u32 __div_rem;							\
	(void)(((typeof((n)) *)0) == ((u64 *)0));			\
	__div_rem = (n) % __div_base;					\
	(n) = (n) / __div_base;						\
	__div_rem;							\
})

/* lib/math/div64.c has it nevertheless */
uint32_t __div64_32(uint64_t *dividend, uint32_t divisor);

static inline s64 wasm_div_s64_rem(s64 dividend, s32 divisor, s32 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}
#define div_s64_rem wasm_div_s64_rem

static inline u64 wasm_div64_u64_rem(u64 dividend, u64 divisor, u64 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}
#define div64_u64_rem wasm_div64_u64_rem

static inline u64 wasm_div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}
#define div64_u64 wasm_div64_u64

static inline s64 wasm_div64_s64(s64 dividend, s64 divisor)
{
	return dividend / divisor;
}
#define div64_s64 wasm_div64_s64

#endif
