/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_TLB_H
#define __ASM_WASM_TLB_H

#include <linux/mm_types.h>
#include <linux/swap.h>

struct mmu_gather;
static inline void tlb_flush(struct mmu_gather *tlb);
#define tlb_flush tlb_flush

static inline void __tlb_remove_table(void *table)
{
	free_page_and_swap_cache(table);
}

#include <asm-generic/tlb.h>

static inline void tlb_flush(struct mmu_gather *tlb)
{
	if (tlb->fullmm || tlb->need_flush_all)
		flush_tlb_mm(tlb->mm);
	else
		wasm_flush_tlb(tlb->mm, tlb->start, tlb->end);
}

#endif
