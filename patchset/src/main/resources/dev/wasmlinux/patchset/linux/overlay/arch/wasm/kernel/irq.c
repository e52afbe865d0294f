// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts.  What a CPU has to do stands in its word of cpu_pending[], which
 * any thread of the host may write; it is looked at only at points of the
 * kernel's choice.  Device lines are bits of irq_lines.
 */
#include <linux/entry-common.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irq_work.h>
#include <linux/irqchip.h>
#include <linux/irqdomain.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <linux/smp.h>
#include <asm/irq_regs.h>
#include "kernel.h"

#define NR_LINES 32

struct cpu_pending cpu_pending[MAX_HOST_CPUS];
u32 irq_lines;

static struct irq_domain *line_domain;

static void line_nop(struct irq_data *data)
{
}

/* The line was raised while it was disabled: raise it again. */
static int line_retrigger(struct irq_data *data)
{
	__atomic_fetch_or(&irq_lines, BIT(irqd_to_hwirq(data)), __ATOMIC_SEQ_CST);
	host_cpu_ipi(smp_processor_id(), PENDING_DEVICE);
	return 1;
}

/*
 * Lines are edges: the host raises one each time a device has news.  A
 * disabled one is remembered by the generic code.
 */
static struct irq_chip line_chip = {
	.name		= "wasm",
	.irq_ack	= line_nop,
	.irq_mask	= line_nop,
	.irq_unmask	= line_nop,
	.irq_retrigger	= line_retrigger,
};

static int line_map(struct irq_domain *domain, unsigned int irq, irq_hw_number_t line)
{
	irq_set_chip_and_handler(irq, &line_chip, handle_edge_irq);
	irq_set_noprobe(irq);
	return 0;
}

static const struct irq_domain_ops line_ops = {
	.map	= line_map,
	.xlate	= irq_domain_xlate_onecell,
};

void __init init_IRQ(void)
{
	struct device_node *node = of_find_compatible_node(NULL, NULL, "wasm-linux,intc");

	if (!node)
		panic("No interrupt controller in the device tree");
	line_domain = irq_domain_add_linear(node, NR_LINES, &line_ops, NULL);
	if (!line_domain)
		panic("No memory for the interrupt controller");
	irq_set_default_host(line_domain);
	of_node_put(node);
}

void wasm_handle_devices(void)
{
	unsigned long lines = __atomic_exchange_n(&irq_lines, 0, __ATOMIC_SEQ_CST);
	unsigned int line;

	for_each_set_bit(line, &lines, NR_LINES)
		generic_handle_domain_irq(line_domain, line);
}

void wasm_handle_pending(struct pt_regs *regs)
{
	struct pt_regs *old = set_irq_regs(regs);
	u32 bits;

	while ((bits = __atomic_exchange_n(&cpu_pending[smp_processor_id()].bits, 0,
					   __ATOMIC_SEQ_CST)) != 0) {
		irq_enter_rcu();
#ifdef CONFIG_SMP
		if (bits & PENDING_STOP)
			wasm_stop_cpu();
		if (bits & PENDING_RESCHEDULE)
			scheduler_ipi();
		if (bits & PENDING_CALL_FUNCTION)
			generic_smp_call_function_interrupt();
#endif
		if (bits & PENDING_TIMER)
			wasm_handle_timer();
		if (bits & PENDING_DEVICE)
			wasm_handle_devices();
		if (bits & PENDING_PROGRAM)
			wasm_programs_changed();
		if (bits & PENDING_IRQ_WORK)
			irq_work_run();
		irq_exit_rcu();
	}
	set_irq_regs(old);
}

/* Interrupts are enabled and something is pending: be interrupted, here. */
void wasm_take_interrupts(void)
{
	struct pt_regs regs = { .nr = -1, .sp = (unsigned long)wasm_frame_address() };
	irqentry_state_t state;

	do {
		wasm_set_irq_disabled(ARCH_IRQ_DISABLED);
		state = irqentry_enter(&regs);
		wasm_handle_pending(&regs);
		irqentry_exit(&regs, state);
		wasm_set_irq_disabled(ARCH_IRQ_ENABLED);
	} while (wasm_irq_pending());
}

void wasm_cpu_relax(void)
{
	if (arch_local_save_flags() == ARCH_IRQ_ENABLED && wasm_irq_pending()) {
		wasm_take_interrupts();
		return;
	}
	host_cpu_relax();
	wasm_poll_interrupts();
}
EXPORT_SYMBOL(wasm_cpu_relax);
