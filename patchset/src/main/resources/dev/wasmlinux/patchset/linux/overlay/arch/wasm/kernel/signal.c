// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals.  A handler is run by the host, nested on the interrupted thread;
 * afterwards it calls user_sigreturn().  The kernel keeps nothing per nesting,
 * all of it lies in ordinary frames on the user stack, so that a handler may
 * leave by longjmp().
 */
#include <linux/entry-common.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/resume_user_mode.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>
#include <linux/syscalls.h>
#include <linux/uaccess.h>
#include <asm/ucontext.h>
#include "kernel.h"

/* The compiler uses so much below __stack_pointer without moving it. */
#define RED_ZONE	128

struct rt_sigframe {
	struct siginfo info;
	struct ucontext uc;
};

static_assert(sizeof(struct user_regs_struct) == sizeof(struct pt_regs));

int wasm_restore_signal_frame(struct pt_regs *regs)
{
	struct rt_sigframe __user *frame = (struct rt_sigframe __user *)(unsigned long)regs->sp;
	struct user_regs_struct saved;
	sigset_t set;

	if (!access_ok(frame, sizeof(*frame)))
		return -EFAULT;
	if (__copy_from_user(&set, &frame->uc.uc_sigmask, sizeof(set)) ||
	    __copy_from_user(&saved, &frame->uc.uc_mcontext.regs, sizeof(saved)))
		return -EFAULT;
	set_current_blocked(&set);
	if (restore_altstack(&frame->uc.uc_stack))
		return -EFAULT;

	memcpy(regs->args, saved.args, sizeof(regs->args));
	regs->ret = saved.ret;
	regs->nr = saved.nr;
	regs->pc = saved.pc;
	regs->sp = saved.sp;
	regs->flags = PT_USER | (saved.flags & PT_FRAME_FLAGS);
	return 0;
}

static struct rt_sigframe __user *new_frame(struct ksignal *ksig, struct pt_regs *regs)
{
	unsigned long sp = regs->sp - RED_ZONE;

	/* Do not overrun the alternate stack: let it be a fault. */
	if (on_sig_stack(regs->sp) && !on_sig_stack(sp - sizeof(struct rt_sigframe)))
		return (void __user *)-1UL;
	sp = sigsp(sp, ksig);
	return (struct rt_sigframe __user *)((sp - sizeof(struct rt_sigframe)) & ~15UL);
}

static int setup_frame(struct ksignal *ksig, sigset_t *set, struct pt_regs *regs)
{
	struct rt_sigframe __user *frame = new_frame(ksig, regs);
	struct user_regs_struct saved;
	int error;

	if (!access_ok(frame, sizeof(*frame)))
		return -EFAULT;

	memcpy(&saved, regs, sizeof(saved));
	saved.flags &= PT_FRAME_FLAGS;

	error = copy_siginfo_to_user(&frame->info, &ksig->info);
	error |= __put_user(0, &frame->uc.uc_flags);
	error |= __put_user(NULL, &frame->uc.uc_link);
	error |= __save_altstack(&frame->uc.uc_stack, regs->sp);
	error |= __copy_to_user(&frame->uc.uc_mcontext.regs, &saved, sizeof(saved));
	error |= __copy_to_user(&frame->uc.uc_sigmask, set, sizeof(*set));
	if (error)
		return -EFAULT;

	regs->pc = (unsigned long)ksig->ka.sa.sa_handler;
	regs->sp = (unsigned long)frame;
	regs->args[0] = ksig->sig;
	regs->args[1] = (unsigned long)&frame->info;
	regs->args[2] = (unsigned long)&frame->uc;
	regs->flags = PT_USER;
	return 0;
}

/*
 * The program has nothing to hand the interrupted system call back with, so a
 * restart is a flag that goes into the frame and comes back with it.
 */
void arch_do_signal_or_restart(struct pt_regs *regs)
{
	bool in_syscall = regs->flags & PT_SYSCALL;
	struct ksignal ksig;

	if (get_signal(&ksig)) {
		if (in_syscall) {
			switch (regs->ret) {
			case -ERESTART_RESTARTBLOCK:
			case -ERESTARTNOHAND:
				regs->ret = -EINTR;
				break;
			case -ERESTARTSYS:
				if (!(ksig.ka.sa.sa_flags & SA_RESTART)) {
					regs->ret = -EINTR;
					break;
				}
				fallthrough;
			case -ERESTARTNOINTR:
				regs->flags |= PT_RESTART;
				break;
			}
			regs->flags &= ~PT_SYSCALL;
		}
		rseq_signal_deliver(&ksig, regs);
		signal_setup_done(setup_frame(&ksig, sigmask_to_save(), regs), &ksig, 0);
		return;
	}

	if (in_syscall) {
		switch (regs->ret) {
		case -ERESTART_RESTARTBLOCK:
			regs->nr = __NR_restart_syscall;
			fallthrough;
		case -ERESTARTNOHAND:
		case -ERESTARTSYS:
		case -ERESTARTNOINTR:
			regs->flags |= PT_RESTART;
			break;
		}
		regs->flags &= ~PT_SYSCALL;
	}
	restore_saved_sigmask();
}

/* The host returns from handlers by an export of its own. */
SYSCALL_DEFINE0(rt_sigreturn)
{
	return -ENOSYS;
}
