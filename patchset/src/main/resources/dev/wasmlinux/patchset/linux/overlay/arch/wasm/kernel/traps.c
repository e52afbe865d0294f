// SPDX-License-Identifier: GPL-2.0-only
#include <linux/init.h>
#include <linux/ptrace.h>
#include <linux/sched/debug.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/stacktrace.h>
#include "kernel.h"

/* The engine refused an instruction of the program at which it stands. */
void wasm_trap(u32 kind, unsigned long address)
{
	void __user *where = (void __user *)address;

	switch (kind) {
	case TRAP_DIVIDE_BY_ZERO:
		force_sig_fault(SIGFPE, FPE_INTDIV, where);
		break;
	case TRAP_INT_OVERFLOW:
		force_sig_fault(SIGFPE, FPE_INTOVF, where);
		break;
	case TRAP_INDIRECT_CALL:
		force_sig_fault(SIGSEGV, SEGV_ACCERR, where);
		break;
	case TRAP_MISALIGNED:
		force_sig_fault(SIGBUS, BUS_ADRALN, where);
		break;
	case TRAP_STACK_EXHAUSTED:
		/* There is no stack to run a handler on. */
		force_fatal_sig(SIGSEGV);
		break;
	case TRAP_UNREACHABLE:
	default:
		force_sig_fault(SIGILL, ILL_ILLOPC, where);
		break;
	}
}

void show_regs(struct pt_regs *regs)
{
	show_regs_print_info(KERN_DEFAULT);
	printk(KERN_DEFAULT "pc %08x sp %08x tls %08x nr %d ret %d flags %x\n",
	       regs->pc, regs->sp, regs->tls, regs->nr, regs->ret, regs->flags);
	printk(KERN_DEFAULT "args %llx %llx %llx %llx %llx %llx\n", regs->args[0], regs->args[1],
	       regs->args[2], regs->args[3], regs->args[4], regs->args[5]);
}

static char trace_text[4096];
static DEFINE_RAW_SPINLOCK(trace_lock);

/* Only the host sees the call stack, and only that of the calling thread. */
void show_stack(struct task_struct *task, unsigned long *sp, const char *loglvl)
{
	unsigned long flags;
	char *line, *rest;
	u32 length;

	if (task && task != current)
		return;
	raw_spin_lock_irqsave(&trace_lock, flags);
	length = host_stack_trace(trace_text, sizeof(trace_text) - 1);
	trace_text[min_t(u32, length, sizeof(trace_text) - 1)] = '\0';
	printk("%sCall Trace:\n", loglvl);
	rest = trace_text;
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (*line)
			printk("%s %s\n", loglvl, line);
	}
	raw_spin_unlock_irqrestore(&trace_lock, flags);
}

#ifdef CONFIG_STACKTRACE
void save_stack_trace(struct stack_trace *trace)
{
}

void save_stack_trace_tsk(struct task_struct *task, struct stack_trace *trace)
{
}
#endif
