/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_BARRIER_H
#define __ASM_WASM_BARRIER_H
#ifndef __ASSEMBLY__

#include <asm/vdso/processor.h>

#define mb()		__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)
#define __smp_mb()	mb()
#define __smp_rmb()	rmb()
#define __smp_wmb()	wmb()

/* Every atomic access orders at least this much; no separate fence. */
#define __smp_load_acquire(p)						\
({									\
	__typeof_unqual__(*(p)) *__acquire_p = (void *)(p), __acquired;	\
	compiletime_assert_atomic_type(*(p));				\
	__atomic_load(__acquire_p, &__acquired, __ATOMIC_ACQUIRE);	\
	__acquired;							\
})

#define __smp_store_release(p, v)					\
do {									\
	__typeof_unqual__(*(p)) *__release_p = (void *)(p), __released = (v); \
	compiletime_assert_atomic_type(*(p));				\
	__atomic_store(__release_p, &__released, __ATOMIC_RELEASE);	\
} while (0)

/* Read-modify-write operations are fences in themselves. */
#define __smp_mb__before_atomic()	barrier()
#define __smp_mb__after_atomic()	barrier()

#include <asm-generic/barrier.h>

#endif
#endif
