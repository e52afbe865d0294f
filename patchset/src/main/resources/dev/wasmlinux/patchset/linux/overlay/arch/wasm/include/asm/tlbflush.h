/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_TLBFLUSH_H
#define __ASM_WASM_TLBFLUSH_H

#include <linux/mm_types.h>

/*
 * These return when no CPU in user mode can still use a translation of the
 * range.  The kernel's own accesses hold the page table lock and need no
 * flush.
 */
void wasm_flush_tlb(struct mm_struct *mm, unsigned long start, unsigned long end);
void flush_tlb_mm(struct mm_struct *mm);

static inline void flush_tlb_range(struct vm_area_struct *vma,
				   unsigned long start, unsigned long end)
{
	wasm_flush_tlb(vma->vm_mm, start, end);
}

static inline void flush_tlb_page(struct vm_area_struct *vma, unsigned long addr)
{
	wasm_flush_tlb(vma->vm_mm, addr & PAGE_MASK, (addr & PAGE_MASK) + PAGE_SIZE);
}

/* The kernel has no translations. */
static inline void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
}

#endif
