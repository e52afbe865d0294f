/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_PROCESSOR_H
#define __ASM_WASM_PROCESSOR_H

#include <asm/host.h>
#include <asm/page.h>
#include <asm/ptrace.h>
#include <asm/vdso/processor.h>

/* A program's memory has at most 32767 pages of 64 KiB. */
#define TASK_SIZE		0x7fff0000UL
#define TASK_UNMAPPED_BASE	PAGE_ALIGN(TASK_SIZE / 3)
#define STACK_TOP		TASK_SIZE
#define STACK_TOP_MAX		STACK_TOP

#ifndef __ASSEMBLY__

#define on_thread_stack()	(1)

struct thread_struct {
	int	host;			/* the host's handle of the task */
	int	(*fn)(void *arg);	/* kernel thread: what it runs */
	void	*fn_arg;
};

#define INIT_THREAD { .host = HOST_BOOT_TASK }

#define task_pt_regs(task) \
	((struct pt_regs *)((unsigned long)task_stack_page(task) + THREAD_SIZE) - 1)

#define KSTK_EIP(task)	(task_pt_regs(task)->pc)
#define KSTK_ESP(task)	(task_pt_regs(task)->sp)

struct task_struct;

void start_thread(struct pt_regs *regs, unsigned long sp);
unsigned long __get_wchan(struct task_struct *task);

static inline void flush_thread(void)
{
}

#endif
#endif
