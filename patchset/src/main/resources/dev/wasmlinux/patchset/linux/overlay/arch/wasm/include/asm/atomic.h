/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_ATOMIC_H
#define __ASM_WASM_ATOMIC_H

#include <linux/types.h>
#include <asm/barrier.h>
#include <asm/cmpxchg.h>

#define ATOMIC64_INIT(i)	{ (i) }

#define arch_atomic_read(v)	__READ_ONCE((v)->counter)
#define arch_atomic_set(v, i)	__WRITE_ONCE((v)->counter, (i))
#define arch_atomic64_read(v)	__READ_ONCE((v)->counter)
#define arch_atomic64_set(v, i)	__WRITE_ONCE((v)->counter, (i))

#define WASM_ATOMIC_OP(prefix, vtype, itype, op)			\
static __always_inline void arch_##prefix##_##op(itype i, vtype *v)	\
{									\
	__atomic_fetch_##op(&v->counter, i, __ATOMIC_SEQ_CST);		\
}									\
static __always_inline itype arch_##prefix##_fetch_##op(itype i, vtype *v) \
{									\
	return __atomic_fetch_##op(&v->counter, i, __ATOMIC_SEQ_CST);	\
}

#define WASM_ATOMIC_RETURN(prefix, vtype, itype, op)			\
static __always_inline itype arch_##prefix##_##op##_return(itype i, vtype *v) \
{									\
	return __atomic_##op##_fetch(&v->counter, i, __ATOMIC_SEQ_CST);	\
}

#define WASM_ATOMIC_OPS(prefix, vtype, itype)				\
	WASM_ATOMIC_OP(prefix, vtype, itype, add)			\
	WASM_ATOMIC_OP(prefix, vtype, itype, sub)			\
	WASM_ATOMIC_OP(prefix, vtype, itype, and)			\
	WASM_ATOMIC_OP(prefix, vtype, itype, or)			\
	WASM_ATOMIC_OP(prefix, vtype, itype, xor)			\
	WASM_ATOMIC_RETURN(prefix, vtype, itype, add)			\
	WASM_ATOMIC_RETURN(prefix, vtype, itype, sub)

typedef struct {
	s64 __aligned(8) counter;
} atomic64_t;

WASM_ATOMIC_OPS(atomic, atomic_t, int)
WASM_ATOMIC_OPS(atomic64, atomic64_t, s64)

#undef WASM_ATOMIC_OPS
#undef WASM_ATOMIC_RETURN
#undef WASM_ATOMIC_OP

#define arch_atomic_fetch_add		arch_atomic_fetch_add
#define arch_atomic_fetch_sub		arch_atomic_fetch_sub
#define arch_atomic_fetch_and		arch_atomic_fetch_and
#define arch_atomic_fetch_or		arch_atomic_fetch_or
#define arch_atomic_fetch_xor		arch_atomic_fetch_xor
#define arch_atomic_add_return		arch_atomic_add_return
#define arch_atomic_sub_return		arch_atomic_sub_return
#define arch_atomic64_fetch_add		arch_atomic64_fetch_add
#define arch_atomic64_fetch_sub		arch_atomic64_fetch_sub
#define arch_atomic64_fetch_and		arch_atomic64_fetch_and
#define arch_atomic64_fetch_or		arch_atomic64_fetch_or
#define arch_atomic64_fetch_xor		arch_atomic64_fetch_xor
#define arch_atomic64_add_return	arch_atomic64_add_return
#define arch_atomic64_sub_return	arch_atomic64_sub_return

#endif
