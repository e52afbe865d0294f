// SPDX-License-Identifier: GPL-2.0-only
#include <linux/init.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/slab.h>
#include <asm/pgalloc.h>

pgd_t swapper_pg_dir[PTRS_PER_PGD];
unsigned long empty_zero_page[PAGE_SIZE / sizeof(unsigned long)] __page_aligned_bss;

void __init paging_init(void)
{
	unsigned long max_zone_pfn[MAX_NR_ZONES] = { };

	max_zone_pfn[ZONE_NORMAL] = max_low_pfn;
	free_area_init(max_zone_pfn);
}

void __init mem_init(void)
{
	high_memory = __va(PFN_PHYS(max_low_pfn));
	memblock_free_all();
}

/* Code is no memory, and the initial data is not worth its own pages. */
void free_initmem(void)
{
}

/* 256 bytes, not a page */
pgd_t *pgd_alloc(struct mm_struct *mm)
{
	return kcalloc(PTRS_PER_PGD, sizeof(pgd_t), GFP_KERNEL);
}

void pgd_free(struct mm_struct *mm, pgd_t *pgd)
{
	kfree(pgd);
}
