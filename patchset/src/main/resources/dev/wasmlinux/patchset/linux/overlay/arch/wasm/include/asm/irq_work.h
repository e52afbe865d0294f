/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_IRQ_WORK_H
#define __ASM_WASM_IRQ_WORK_H

static inline bool arch_irq_work_has_interrupt(void)
{
	return true;
}

#endif
