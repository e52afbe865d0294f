/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_CMPXCHG_H
#define __ASM_WASM_CMPXCHG_H

/* 1, 2, 4 and 8 bytes are native, sequentially consistent. */

#define arch_xchg(ptr, val)						\
({									\
	__typeof__(ptr) __xp = (ptr);					\
	__typeof_unqual__(*(ptr)) __xn = (__typeof_unqual__(*(ptr)))(val); \
	__typeof_unqual__(*(ptr)) __xo;					\
	__atomic_exchange((__typeof_unqual__(*(ptr)) *)__xp, &__xn, &__xo, __ATOMIC_SEQ_CST); \
	__xo;								\
})

#define arch_cmpxchg(ptr, old, new)					\
({									\
	__typeof__(ptr) __cp = (ptr);					\
	__typeof_unqual__(*(ptr)) __co = (__typeof_unqual__(*(ptr)))(old); \
	__typeof_unqual__(*(ptr)) __cn = (__typeof_unqual__(*(ptr)))(new); \
	__atomic_compare_exchange((__typeof_unqual__(*(ptr)) *)__cp, &__co, &__cn, false, \
				  __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);	\
	__co;								\
})

#define arch_cmpxchg_local	arch_cmpxchg
#define arch_cmpxchg64		arch_cmpxchg
#define arch_cmpxchg64_local	arch_cmpxchg

#endif
