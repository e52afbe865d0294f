/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_CURRENT_H
#define __ASM_WASM_CURRENT_H
#ifndef __ASSEMBLY__

struct task_struct;

__asm__(".globaltype current_task, i32\n");

/*
 * An instance of the module belongs to one task, so the value never changes
 * under a function and the compiler may keep it: not volatile.
 */
static inline __attribute__((always_inline, const)) struct task_struct *get_current(void)
{
	struct task_struct *task;

	__asm__("global.get current_task\n\tlocal.set %0" : "=r"(task));
	return task;
}

#define current get_current()

#endif
#endif
