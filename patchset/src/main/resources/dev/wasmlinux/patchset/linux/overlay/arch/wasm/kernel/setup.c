// SPDX-License-Identifier: GPL-2.0-only
#include <linux/console.h>
#include <linux/cpu.h>
#include <linux/init.h>
#include <linux/initrd.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/of.h>
#include <linux/of_fdt.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>
#include <linux/start_kernel.h>
#include <asm/host.h>
#include <asm/sections.h>
#include <asm/setup.h>
#include <asm/smp.h>
#include "kernel.h"

static_assert(offsetof(struct task_struct, thread_info) == 0);
static_assert(offsetof(struct thread_info, cpu) == WASM_THREAD_INFO_CPU);
static_assert(sizeof(struct cpu_pending) == 64);

/* Elsewhere the linker script makes room for it. */
unsigned long init_stack[THREAD_SIZE / sizeof(unsigned long)] __aligned(THREAD_SIZE);

static void *initial_dtb __initdata;

static void boot_console_write(struct console *con, const char *text, unsigned int length)
{
	host_console_write(text, length);
}

static struct console boot_console = {
	.name	= "wasmboot",
	.write	= boot_console_write,
	.flags	= CON_PRINTBUFFER | CON_BOOT | CON_ANYTIME,
	.index	= -1,
};

void __init wasm_start_kernel(void *dtb)
{
	initial_dtb = dtb;
	start_kernel();
}

static void __init setup_memory(void)
{
	/*
	 * Page 0 and what lies below the image are never used, so that a NULL
	 * pointer with an offset meets nothing.  The linker keeps a word of
	 * its own just behind _end, which a host may use when it fills in the
	 * data segments.
	 */
	memblock_reserve(0, PAGE_ALIGN((unsigned long)_end + 64));
	early_init_fdt_reserve_self();
	reserve_initrd_mem();
	early_init_fdt_scan_reserved_mem();	/* which allocates */

	min_low_pfn = PFN_UP(memblock_start_of_DRAM());
	max_low_pfn = PFN_DOWN(memblock_end_of_DRAM());
	max_pfn = max_low_pfn;
	memblock_set_current_limit(PFN_PHYS(max_low_pfn));
}

void __init setup_arch(char **cmdline_p)
{
	register_console(&boot_console);
	wasm_register_panic();

	if (!early_init_dt_scan(initial_dtb, __pa(initial_dtb)))
		panic("No device tree at %px", initial_dtb);
	*cmdline_p = boot_command_line;
	setup_initial_init_mm(_stext, _etext, _edata, _end);
	parse_early_param();

	setup_memory();
	unflatten_device_tree();
	paging_init();
#ifdef CONFIG_SMP
	setup_smp();
#endif
}

static int cpuinfo_show(struct seq_file *m, void *v)
{
	unsigned long cpu = (unsigned long)v - 1;

	seq_printf(m, "processor\t: %lu\n", cpu);
	seq_puts(m, "model name\t: WebAssembly\n");
	seq_puts(m, "isa\t\t: wasm32 atomics bulk-memory mutable-globals sign-ext\n\n");
	return 0;
}

static void *cpuinfo_start(struct seq_file *m, loff_t *pos)
{
	*pos = cpumask_next(*pos - 1, cpu_online_mask);
	return *pos < nr_cpu_ids ? (void *)(unsigned long)(*pos + 1) : NULL;
}

static void *cpuinfo_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return cpuinfo_start(m, pos);
}

static void cpuinfo_stop(struct seq_file *m, void *v)
{
}

const struct seq_operations cpuinfo_op = {
	.start	= cpuinfo_start,
	.next	= cpuinfo_next,
	.stop	= cpuinfo_stop,
	.show	= cpuinfo_show,
};
