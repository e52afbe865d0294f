/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_RWONCE_H
#define __ASM_WASM_RWONCE_H
#ifndef __ASSEMBLY__

/*
 * A volatile access is a plain load or store in WebAssembly, which the engine
 * may hoist out of a loop.  Only atomic accesses are safe from that.
 */
#define __READ_ONCE(x)							\
({									\
	__typeof_unqual__(x) *__once_p = (void *)&(x), __once_value;	\
	__atomic_load(__once_p, &__once_value, __ATOMIC_RELAXED);	\
	__once_value;							\
})

#include <asm-generic/rwonce.h>

#undef __WRITE_ONCE
#define __WRITE_ONCE(x, val)						\
do {									\
	__typeof_unqual__(x) *__once_p = (void *)&(x), __once_value = (val); \
	__atomic_store(__once_p, &__once_value, __ATOMIC_RELAXED);	\
} while (0)

#endif
#endif
