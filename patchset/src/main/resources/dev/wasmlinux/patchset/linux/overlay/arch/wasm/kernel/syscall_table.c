// SPDX-License-Identifier: GPL-2.0-only
#include <linux/syscalls.h>
#include <asm/syscall.h>

long __wasm_sys_ni_syscall(const struct pt_regs *regs);

long __wasm_sys_ni_syscall(const struct pt_regs *regs)
{
	return -ENOSYS;
}

#define __SYSCALL_WITH_COMPAT(nr, native, compat)	__SYSCALL(nr, native)

#define __SYSCALL(nr, entry)	long __wasm_##entry(const struct pt_regs *regs);
#include <asm/syscall_table_32.h>
#undef __SYSCALL

#define __SYSCALL(nr, entry)	[nr] = __wasm_##entry,
const syscall_fn_t sys_call_table[NR_syscalls] = {
	[0 ... NR_syscalls - 1] = __wasm_sys_ni_syscall,
#include <asm/syscall_table_32.h>
};
