/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_IRQFLAGS_H
#define __ASM_WASM_IRQFLAGS_H
#ifndef __ASSEMBLY__

#include <linux/compiler.h>
#include <asm/current.h>
#include <asm/host.h>

/*
 * Nothing interrupts kernel code.  "Enabled" means that pending work of this
 * CPU may be taken where the kernel asks for it: here, when the flag goes
 * down, in cpu_relax(), in cond_resched() and on the way to user mode.
 */
#define ARCH_IRQ_DISABLED	1UL
#define ARCH_IRQ_ENABLED	0UL

/* offsetof(struct thread_info, cpu): that header cannot be included here */
#define WASM_THREAD_INFO_CPU	12

__asm__(".globaltype irq_disabled, i32\n");

void wasm_take_interrupts(void);

static __always_inline unsigned int wasm_this_cpu(void)
{
	return *(const unsigned int *)((const char *)current + WASM_THREAD_INFO_CPU);
}

static __always_inline bool wasm_irq_pending(void)
{
	return __atomic_load_n(&cpu_pending[wasm_this_cpu()].bits, __ATOMIC_RELAXED);
}

static __always_inline unsigned long arch_local_save_flags(void)
{
	unsigned long flags;

	__asm__ volatile("global.get irq_disabled\n\tlocal.set %0" : "=r"(flags) : : "memory");
	return flags;
}

static __always_inline void wasm_set_irq_disabled(unsigned long flags)
{
	__asm__ volatile("local.get %0\n\tglobal.set irq_disabled" : : "r"(flags) : "memory");
}

static __always_inline void arch_local_irq_restore(unsigned long flags)
{
	wasm_set_irq_disabled(flags);
	if (flags == ARCH_IRQ_ENABLED && unlikely(wasm_irq_pending()))
		wasm_take_interrupts();
}

/* a point where pending work may be taken */
static __always_inline void wasm_poll_interrupts(void)
{
	if (unlikely(wasm_irq_pending()) && arch_local_save_flags() == ARCH_IRQ_ENABLED)
		wasm_take_interrupts();
}

#include <asm-generic/irqflags.h>

#endif
#endif
