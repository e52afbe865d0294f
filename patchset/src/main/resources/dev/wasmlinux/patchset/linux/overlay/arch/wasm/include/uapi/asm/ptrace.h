/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
#ifndef _UAPI_ASM_WASM_PTRACE_H
#define _UAPI_ASM_WASM_PTRACE_H

#include <linux/types.h>

#define PTRACE_SYSEMU			31
#define PTRACE_SYSEMU_SINGLESTEP	32

/* seccomp_data.arch: little-endian and a number of our own */
#define AUDIT_ARCH_WASM			0x40007761

#ifndef __ASSEMBLY__

/* of a stopped task (NT_PRSTATUS), and in a signal frame */
struct user_regs_struct {
	__u64	args[6];	/* arguments of the system call, or of the function at pc */
	__s32	ret;		/* result of the system call */
	__s32	nr;		/* its number, -1: none */
	__u32	pc;		/* 0: where the code was interrupted, else a table index */
	__u32	sp;		/* __stack_pointer */
	__u32	tls;		/* __tls_base that the thread started with */
	__u32	flags;
	__u32	reserved[6];
};

#endif
#endif
