// SPDX-License-Identifier: GPL-2.0-only
#include <linux/elf.h>
#include <linux/ptrace.h>
#include <linux/regset.h>
#include <linux/sched/task_stack.h>
#include <asm/syscall.h>

void ptrace_disable(struct task_struct *child)
{
}

static int gpr_get(struct task_struct *target, const struct user_regset *regset,
		   struct membuf to)
{
	struct user_regs_struct regs;

	memcpy(&regs, task_pt_regs(target), sizeof(regs));
	regs.flags = 0;
	return membuf_write(&to, &regs, sizeof(regs));
}

/*
 * A tracer may change the system call, its arguments and its result.  Where
 * the code stands is not in the registers, so pc and sp stay as they are.
 */
static int gpr_set(struct task_struct *target, const struct user_regset *regset,
		   unsigned int pos, unsigned int count, const void *kbuf,
		   const void __user *ubuf)
{
	struct pt_regs *regs = task_pt_regs(target);
	struct user_regs_struct new;
	int error;

	memcpy(&new, regs, sizeof(new));
	error = user_regset_copyin(&pos, &count, &kbuf, &ubuf, &new, 0, sizeof(new));
	if (error)
		return error;
	memcpy(regs->args, new.args, sizeof(regs->args));
	regs->ret = new.ret;
	regs->nr = new.nr;
	return 0;
}

static const struct user_regset wasm_regsets[] = {
	{
		.core_note_type	= NT_PRSTATUS,
		.n		= ELF_NGREG,
		.size		= sizeof(elf_greg_t),
		.align		= sizeof(elf_greg_t),
		.regset_get	= gpr_get,
		.set		= gpr_set,
	},
};

static const struct user_regset_view wasm_view = {
	.name		= "wasm",
	.e_machine	= ELF_ARCH,
	.regsets	= wasm_regsets,
	.n		= ARRAY_SIZE(wasm_regsets),
};

const struct user_regset_view *task_user_regset_view(struct task_struct *task)
{
	return &wasm_view;
}

long arch_ptrace(struct task_struct *child, long request, unsigned long addr,
		 unsigned long data)
{
	return ptrace_request(child, request, addr, data);
}
