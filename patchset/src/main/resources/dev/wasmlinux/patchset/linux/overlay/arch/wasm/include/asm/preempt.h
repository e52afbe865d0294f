/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_PREEMPT_H
#define __ASM_WASM_PREEMPT_H

#define should_resched generic_should_resched
#include <asm-generic/preempt.h>
#undef should_resched

#include <asm/irqflags.h>

/* The tick that sets the flag comes only if it is asked for. */
static __always_inline bool should_resched(int preempt_offset)
{
	wasm_poll_interrupts();
	return generic_should_resched(preempt_offset);
}

#endif
