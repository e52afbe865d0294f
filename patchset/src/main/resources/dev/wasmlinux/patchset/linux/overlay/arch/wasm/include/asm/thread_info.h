/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_THREAD_INFO_H
#define __ASM_WASM_THREAD_INFO_H

#include <asm/page.h>

/* 32 KiB; one page where pages are larger than that */
#if CONFIG_PAGE_SHIFT >= 16
#define THREAD_SIZE_ORDER	0
#else
#define THREAD_SIZE_ORDER	(15 - CONFIG_PAGE_SHIFT)
#endif
#define THREAD_SIZE		(PAGE_SIZE << THREAD_SIZE_ORDER)
#define THREAD_ALIGN		THREAD_SIZE

#ifndef __ASSEMBLY__
struct thread_info {
	unsigned long	flags;
	unsigned long	syscall_work;
	int		preempt_count;
	unsigned int	cpu;		/* asm/irqflags.h knows the offset */
};

#define INIT_THREAD_INFO(tsk)		\
{					\
	.preempt_count	= INIT_PREEMPT_COUNT,	\
}
#endif

#define TIF_NOTIFY_RESUME	1
#define TIF_SIGPENDING		2
#define TIF_NEED_RESCHED	3
#define TIF_UPROBE		4
#define TIF_NOTIFY_SIGNAL	5
#define TIF_RESTORE_SIGMASK	9
#define TIF_POLLING_NRFLAG	16
#define TIF_MEMDIE		17

#define _TIF_NOTIFY_RESUME	(1 << TIF_NOTIFY_RESUME)
#define _TIF_SIGPENDING		(1 << TIF_SIGPENDING)
#define _TIF_NEED_RESCHED	(1 << TIF_NEED_RESCHED)
#define _TIF_UPROBE		(1 << TIF_UPROBE)
#define _TIF_NOTIFY_SIGNAL	(1 << TIF_NOTIFY_SIGNAL)
#define _TIF_POLLING_NRFLAG	(1 << TIF_POLLING_NRFLAG)

#endif
