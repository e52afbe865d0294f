/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_MMU_CONTEXT_H
#define __ASM_WASM_MMU_CONTEXT_H

#include <linux/mm_types.h>
#include <linux/sched.h>
#include <asm-generic/mm_hooks.h>
#include <asm/host.h>

#define init_new_context init_new_context
static inline int init_new_context(struct task_struct *task, struct mm_struct *mm)
{
	int handle = host_mm_new(mm);

	mm->context.host = handle > 0 ? handle : 0;
	return handle < 0 ? handle : 0;
}

#define destroy_context destroy_context
static inline void destroy_context(struct mm_struct *mm)
{
	if (mm->context.host)
		host_mm_free(mm->context.host);
	mm->context.host = 0;
}

/*
 * The translations belong to the mm and not to a CPU, so a switch does
 * nothing but keep the set of CPUs that a flush has to wait for.  A CPU that
 * runs a kernel thread keeps its bit: the host knows that it is not in user
 * mode.  The bit must be seen by flushers before the task enters user mode;
 * it is set by an atomic read-modify-write, which is a full fence.
 */
static inline void switch_mm(struct mm_struct *prev, struct mm_struct *next,
			     struct task_struct *task)
{
	unsigned int cpu = smp_processor_id();

	if (prev != next)
		cpumask_clear_cpu(cpu, mm_cpumask(prev));
	if (!cpumask_test_cpu(cpu, mm_cpumask(next)))
		cpumask_set_cpu(cpu, mm_cpumask(next));
}

#include <asm-generic/mmu_context.h>

#endif
