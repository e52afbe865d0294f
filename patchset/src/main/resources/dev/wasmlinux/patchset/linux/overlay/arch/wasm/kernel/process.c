// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpu.h>
#include <linux/irq_work.h>
#include <linux/mm.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/switch_to.h>
#include "kernel.h"

/*
 * The stack of calls is the host's, so switching is its job: it wakes the
 * thread of next and puts that of prev to sleep.  It comes back on prev's
 * thread when another task has switched to prev.  From a dead task it does
 * not come back.
 */
struct task_struct *__switch_to(struct task_struct *prev, struct task_struct *next)
{
	struct task_struct *last;

	last = host_task_switch(prev->thread.host, next->thread.host,
				READ_ONCE(prev->__state) == TASK_DEAD);
	return last ?: &init_task;
}

int arch_dup_task_struct(struct task_struct *dst, struct task_struct *src)
{
	memcpy(dst, src, arch_task_struct_size);
	/* Nothing is to be freed before copy_thread() has made it. */
	memset(&dst->thread, 0, sizeof(dst->thread));
	return 0;
}

void arch_release_task_struct(struct task_struct *task)
{
	/* 0: copy_thread() has not made it */
	if (task->thread.host)
		host_task_free(task->thread.host);
	task->thread.host = 0;
}

/* Does the child go on where its parent is, or does it begin with a function? */
static bool resumes_frames(const struct kernel_clone_args *args)
{
	if (!(args->flags & CLONE_VM))
		return true;
	return (args->flags & CLONE_VFORK) && !args->stack;
}

int copy_thread(struct task_struct *p, const struct kernel_clone_args *args)
{
	struct pt_regs *regs = task_pt_regs(p);
	int mm = 0, handle;
	u32 kind;

	if (args->fn) {
		memset(regs, 0, sizeof(*regs));
		regs->nr = -1;
		p->thread.fn = args->fn;
		p->thread.fn_arg = args->fn_arg;
		kind = TASK_KIND_KERNEL;
	} else if (args->idle) {
		memset(regs, 0, sizeof(*regs));
		kind = TASK_KIND_KERNEL;
	} else {
		const struct pt_regs *parent = current_pt_regs();

		*regs = *parent;
		regs->ret = 0;
		regs->flags = PT_USER;
		if (args->flags & CLONE_SETTLS)
			regs->tls = args->tls;
		if (resumes_frames(args)) {
			kind = TASK_KIND_FORK;
		} else {
			/* the sixth argument of clone() and clone3(): arg << 32 | function */
			u64 start = parent->args[5];

			if (!args->stack || !lower_32_bits(start))
				return -EINVAL;
			regs->pc = lower_32_bits(start);
			regs->args[0] = upper_32_bits(start);
			regs->sp = args->stack & ~15UL;
			regs->flags |= PT_THREAD;
			regs->nr = -1;
			kind = TASK_KIND_THREAD;
		}
		mm = p->mm->context.host;
	}

	handle = host_task_new(p, regs, kind, mm);
	if (handle < 0)
		return handle;
	p->thread.host = handle;
	return 0;
}

void start_thread(struct pt_regs *regs, unsigned long sp)
{
	memset(regs, 0, sizeof(*regs));
	regs->nr = -1;
	regs->sp = sp;
	regs->flags = PT_USER | PT_EXEC;
}

/* Comes back with something pending, which is taken where they are enabled. */
void arch_cpu_idle(void)
{
	host_cpu_idle();
}

unsigned long __get_wchan(struct task_struct *task)
{
	return 0;
}

void arch_irq_work_raise(void)
{
	host_cpu_ipi(smp_processor_id(), PENDING_IRQ_WORK);
}
