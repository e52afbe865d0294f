/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_PTRACE_H
#define __ASM_WASM_PTRACE_H

#include <uapi/asm/ptrace.h>

#ifndef __ASSEMBLY__

#include <linux/build_bug.h>

/*
 * Where a task's user side stands, at the top of its kernel stack.  The host
 * knows the layout, and it is what ptrace and signal frames show: the same as
 * struct user_regs_struct.
 */
struct pt_regs {
	u64	args[6];	/* one slot for each argument of a system call */
	s32	ret;
	s32	nr;		/* -1: not in a system call */
	u32	pc;		/* 0: the interrupted code, else a table index */
	u32	sp;
	u32	tls;
	u32	flags;
	u32	reserved[6];
};

static_assert(sizeof(struct pt_regs) == sizeof(struct user_regs_struct));
static_assert(sizeof(struct pt_regs) == 96);

/* pt_regs.flags */
#define PT_USER		0x01	/* entered from user mode */
#define PT_SYSCALL	0x02	/* its result may ask for a restart */
#define PT_RESTART	0x04	/* run nr again before going back */
#define PT_EXEC		0x08	/* a new program is to be started */
#define PT_THREAD	0x10	/* pc, args[0]: where a new thread begins */

/* what survives in a signal frame */
#define PT_FRAME_FLAGS	(PT_RESTART | PT_THREAD)

#define user_mode(regs)			((regs)->flags & PT_USER)
#define kernel_mode(regs)		(!user_mode(regs))
#define instruction_pointer(regs)	((unsigned long)(regs)->pc)
#define user_stack_pointer(regs)	((unsigned long)(regs)->sp)
#define profile_pc(regs)		instruction_pointer(regs)
/* interrupts are taken only where they are enabled */
#define regs_irqs_disabled(regs)	(0)

static inline long regs_return_value(struct pt_regs *regs)
{
	return regs->ret;
}

static inline void instruction_pointer_set(struct pt_regs *regs, unsigned long pc)
{
	regs->pc = pc;
}

#endif
#endif
