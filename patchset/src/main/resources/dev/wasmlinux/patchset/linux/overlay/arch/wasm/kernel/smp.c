// SPDX-License-Identifier: GPL-2.0-only
#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/init.h>
#include <linux/of.h>
#include <linux/sched.h>
#include <linux/sched/hotplug.h>
#include <linux/sched/mm.h>
#include <linux/smp.h>
#include <asm/smp.h>
#include "kernel.h"

static DECLARE_COMPLETION(cpu_running);

/* The CPUs that the device tree names. */
void __init setup_smp(void)
{
	struct device_node *node;
	u32 cpu;

	for_each_of_cpu_node(node) {
		if (of_property_read_u32(node, "reg", &cpu))
			continue;
		if (cpu >= NR_CPUS) {
			pr_warn("CPU %u: more than this kernel can use\n", cpu);
			continue;
		}
		set_cpu_possible(cpu, true);
		set_cpu_present(cpu, true);
	}
	set_cpu_possible(0, true);
	set_cpu_present(0, true);
}

void __init smp_prepare_cpus(unsigned int max_cpus)
{
	unsigned int cpu;

	/* maxcpus=N: the others stay away altogether */
	for_each_present_cpu(cpu) {
		if (cpu && cpu >= max_cpus)
			set_cpu_present(cpu, false);
	}
}

int __cpu_up(unsigned int cpu, struct task_struct *idle)
{
	int error = host_cpu_up(cpu, idle->thread.host);

	if (error)
		return error;
	if (!wait_for_completion_timeout(&cpu_running, msecs_to_jiffies(10000)))
		return -EIO;
	return 0;
}

void wasm_secondary_start(void)
{
	unsigned int cpu = smp_processor_id();
	struct mm_struct *mm = &init_mm;

	mmgrab(mm);
	current->active_mm = mm;
	cpumask_set_cpu(cpu, mm_cpumask(mm));

	notify_cpu_starting(cpu);
	wasm_time_starting_cpu();
	set_cpu_online(cpu, true);
	complete(&cpu_running);
	local_irq_enable();
	cpu_startup_entry(CPUHP_AP_ONLINE_IDLE);
}

void __init smp_cpus_done(unsigned int max_cpus)
{
}

void arch_smp_send_reschedule(int cpu)
{
	host_cpu_ipi(cpu, PENDING_RESCHEDULE);
}

void arch_send_call_function_single_ipi(int cpu)
{
	host_cpu_ipi(cpu, PENDING_CALL_FUNCTION);
}

void arch_send_call_function_ipi_mask(const struct cpumask *mask)
{
	unsigned int cpu;

	for_each_cpu(cpu, mask)
		host_cpu_ipi(cpu, PENDING_CALL_FUNCTION);
}

void wasm_stop_cpu(void)
{
	local_irq_disable();
	set_cpu_online(smp_processor_id(), false);
	for (;;)
		host_cpu_relax();
}

void smp_send_stop(void)
{
	u64 start = host_clock_monotonic();
	unsigned int cpu, this_cpu = smp_processor_id();

	for_each_online_cpu(cpu) {
		if (cpu != this_cpu)
			host_cpu_ipi(cpu, PENDING_STOP);
	}
	/* One that spins with interrupts off never answers. */
	while (num_online_cpus() > 1 && host_clock_monotonic() - start < NSEC_PER_SEC)
		host_cpu_relax();
}
