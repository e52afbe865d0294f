// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ways from user mode into the kernel and back.  The host calls these
 * with an empty kernel stack below task_pt_regs(current); "interrupts off" is
 * how a task leaves and enters user mode.
 */
#include <linux/entry-common.h>
#include <linux/nospec.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/syscalls.h>
#include <asm/syscall.h>
#include "kernel.h"

int wasm_user_action(struct pt_regs *regs)
{
	if (regs->flags & PT_EXEC) {
		regs->flags &= ~PT_EXEC;
		return ACTION_EXEC;
	}
	/* A new thread begins at pc, which is not a signal handler. */
	if (regs->pc && !(regs->flags & PT_THREAD))
		return ACTION_SIGNAL;
	return ACTION_RESUME;
}

static void do_syscall(struct pt_regs *regs)
{
	long nr = regs->nr;

	regs->flags = PT_USER | PT_SYSCALL;
	regs->ret = -ENOSYS;
	nr = syscall_enter_from_user_mode(regs, nr);
	if ((unsigned long)nr < NR_syscalls)
		regs->ret = sys_call_table[array_index_nospec(nr, NR_syscalls)](regs);
	syscall_exit_to_user_mode(regs);
	regs->flags &= ~PT_SYSCALL;
}

/*
 * The host never sees a restart: it is here that the system call is run again
 * once nothing is left to do before it.
 */
static int run_syscalls(struct pt_regs *regs)
{
	do {
		do_syscall(regs);
	} while (!regs->pc && (regs->flags & PT_RESTART));
	return wasm_user_action(regs);
}

int user_syscall(int nr, u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5)
{
	struct pt_regs *regs = current_pt_regs();

	regs->args[0] = a0;
	regs->args[1] = a1;
	regs->args[2] = a2;
	regs->args[3] = a3;
	regs->args[4] = a4;
	regs->args[5] = a5;
	regs->nr = nr;
	regs->pc = 0;
	return run_syscalls(regs);
}

/* an entry that is no system call */
static struct pt_regs *enter_from_user(irqentry_state_t *state)
{
	struct pt_regs *regs = current_pt_regs();

	regs->nr = -1;
	regs->pc = 0;
	regs->flags = PT_USER;
	*state = irqentry_enter(regs);
	return regs;
}

int user_poll(void)
{
	irqentry_state_t state;
	struct pt_regs *regs = enter_from_user(&state);

	wasm_handle_pending(regs);
	irqentry_exit(regs, state);
	return wasm_user_action(regs);
}

int user_trap(u32 kind, unsigned long address)
{
	irqentry_state_t state;
	struct pt_regs *regs = enter_from_user(&state);

	local_irq_enable();
	wasm_trap(kind, address);
	local_irq_disable();
	irqentry_exit(regs, state);
	return wasm_user_action(regs);
}

int user_sigreturn(void)
{
	irqentry_state_t state;
	struct pt_regs *regs = enter_from_user(&state);

	local_irq_enable();
	current->restart_block.fn = do_no_restart_syscall;
	if (wasm_restore_signal_frame(regs))
		force_sig(SIGSEGV);
	local_irq_disable();
	irqentry_exit(regs, state);
	if (!regs->pc && (regs->flags & PT_RESTART))
		return run_syscalls(regs);
	return wasm_user_action(regs);
}

/* the first run of a task, from task_switch() of another */
int wasm_task_start(struct task_struct *last)
{
	struct pt_regs *regs = current_pt_regs();
	int (*fn)(void *) = current->thread.fn;

	schedule_tail(last ?: &init_task);
	if (fn) {
		current->thread.fn = NULL;
		fn(current->thread.fn_arg);
		/* It comes back only as a process: kernel_execve() made one. */
		BUG_ON(!(regs->flags & PT_EXEC));
	}
	syscall_exit_to_user_mode(regs);
	return wasm_user_action(regs);
}
