/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_SYSCALL_WRAPPER_H
#define __ASM_WASM_SYSCALL_WRAPPER_H

#include <asm/ptrace.h>

/*
 * An indirect call traps when the function has another type, so every entry
 * of the table has this one: (regs) -> long.  Each argument has a 64-bit slot
 * in pt_regs; none is split.
 */
#define __WASM_LONG(type) \
	__typeof(__builtin_choose_expr(__TYPE_IS_LL(type), 0LL, 0L))
#define __WASM_ARG(n, type)	((__WASM_LONG(type))regs->args[n])

#define __WASM_ARGS1(t1, a1) \
	__WASM_ARG(0, t1)
#define __WASM_ARGS2(t1, a1, t2, a2) \
	__WASM_ARGS1(t1, a1), __WASM_ARG(1, t2)
#define __WASM_ARGS3(t1, a1, t2, a2, t3, a3) \
	__WASM_ARGS2(t1, a1, t2, a2), __WASM_ARG(2, t3)
#define __WASM_ARGS4(t1, a1, t2, a2, t3, a3, t4, a4) \
	__WASM_ARGS3(t1, a1, t2, a2, t3, a3), __WASM_ARG(3, t4)
#define __WASM_ARGS5(t1, a1, t2, a2, t3, a3, t4, a4, t5, a5) \
	__WASM_ARGS4(t1, a1, t2, a2, t3, a3, t4, a4), __WASM_ARG(4, t5)
#define __WASM_ARGS6(t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6) \
	__WASM_ARGS5(t1, a1, t2, a2, t3, a3, t4, a4, t5, a5), __WASM_ARG(5, t6)

#define __SYSCALL_DEFINEx(x, name, ...)						\
	long __wasm_sys##name(const struct pt_regs *regs);			\
	static inline long __do_sys##name(__MAP(x, __SC_DECL, __VA_ARGS__));	\
	static long __se_sys##name(__MAP(x, __SC_LONG, __VA_ARGS__))		\
	{									\
		long ret = __do_sys##name(__MAP(x, __SC_CAST, __VA_ARGS__));	\
		__MAP(x, __SC_TEST, __VA_ARGS__);				\
		return ret;							\
	}									\
	long __wasm_sys##name(const struct pt_regs *regs)			\
	{									\
		return __se_sys##name(__WASM_ARGS##x(__VA_ARGS__));		\
	}									\
	static inline long __do_sys##name(__MAP(x, __SC_DECL, __VA_ARGS__))

#define SYSCALL_DEFINE0(sname)							\
	SYSCALL_METADATA(_##sname, 0);						\
	long __wasm_sys_##sname(const struct pt_regs *__unused);		\
	long __wasm_sys_##sname(const struct pt_regs *__unused)

/* a weak function, as there are no weak aliases */
#define COND_SYSCALL(name)							\
	long __weak __wasm_sys_##name(const struct pt_regs *regs);		\
	long __weak __wasm_sys_##name(const struct pt_regs *regs)		\
	{									\
		return sys_ni_syscall();					\
	}

#endif
