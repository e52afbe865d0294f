// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kbuild.h>
#include <linux/sched.h>
#include <asm/thread_info.h>

int main(void);

int main(void)
{
	DEFINE(TASK_STACK, offsetof(struct task_struct, stack));
	DEFINE(STACK_START, THREAD_SIZE - sizeof(struct pt_regs));
	return 0;
}
