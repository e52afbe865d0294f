// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>
#include <asm/host.h>
#include <asm/tlbflush.h>

static void flush(struct mm_struct *mm, u32 vpn, int count)
{
	/*
	 * The entry was changed before the mask is read; switch_mm() sets its
	 * bit before the task reads an entry.
	 */
	smp_mb();
	host_tlb_flush(mm->context.host, vpn, count, cpumask_bits(mm_cpumask(mm))[0]);
}

void flush_tlb_mm(struct mm_struct *mm)
{
	if (mm->context.host)
		flush(mm, 0, -1);
}

void wasm_flush_tlb(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	if (!mm->context.host || start >= end)
		return;
	start &= PAGE_MASK;
	end = min(PAGE_ALIGN(end), TASK_SIZE);
	if (start < end)
		flush(mm, start >> PAGE_SHIFT, (end - start) >> PAGE_SHIFT);
}
