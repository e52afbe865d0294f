/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_PGTABLE_H
#define __ASM_WASM_PGTABLE_H

#include <asm/page.h>
#include <asm-generic/pgtable-nopmd.h>

#ifndef __ASSEMBLY__

#include <asm/processor.h>

/*
 * Two levels of four-byte entries, for user addresses only; nobody but the
 * kernel reads or writes them.  A pmd (folded into the pgd) holds the plain
 * address of a page of ptes, 0 is none.  A pte is
 *
 *	[31:PAGE_SHIFT] page frame | flags, see below
 *
 * and gives the host a translation for reading if it is PRESENT, READ and
 * ACCESSED, for writing if also WRITE and DIRTY.  Everything else faults, so
 * the generic fault handler keeps the accessed and dirty bits.
 */
#define PTRS_PER_PTE		(PAGE_SIZE / 4)
#define PGDIR_SHIFT		(PAGE_SHIFT + PAGE_SHIFT - 2)
#define PGDIR_SIZE		(1UL << PGDIR_SHIFT)
#define PGDIR_MASK		(~(PGDIR_SIZE - 1))
#define PTRS_PER_PGD		(1UL << (32 - PGDIR_SHIFT))
#define USER_PTRS_PER_PGD	((TASK_SIZE + PGDIR_SIZE - 1) / PGDIR_SIZE)

#define _PAGE_PRESENT		0x001
#define _PAGE_READ		0x002
#define _PAGE_WRITE		0x004
#define _PAGE_EXEC		0x008
#define _PAGE_ACCESSED		0x010
#define _PAGE_DIRTY		0x020
#define _PAGE_SPECIAL		0x040
#define _PAGE_SWP_EXCLUSIVE	0x100

#define _PAGE_CHG_MASK	(PAGE_MASK | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_SPECIAL)
#define _PAGE_BASE	(_PAGE_PRESENT | _PAGE_ACCESSED)

#define PAGE_NONE	__pgprot(_PAGE_BASE)
#define PAGE_READONLY	__pgprot(_PAGE_BASE | _PAGE_READ)
#define PAGE_READONLY_X	__pgprot(_PAGE_BASE | _PAGE_READ | _PAGE_EXEC)
#define PAGE_COPY	PAGE_READONLY
#define PAGE_COPY_X	PAGE_READONLY_X
#define PAGE_SHARED	__pgprot(_PAGE_BASE | _PAGE_READ | _PAGE_WRITE)
#define PAGE_SHARED_X	__pgprot(_PAGE_BASE | _PAGE_READ | _PAGE_WRITE | _PAGE_EXEC)
#define PAGE_KERNEL	__pgprot(_PAGE_BASE | _PAGE_READ | _PAGE_WRITE | _PAGE_DIRTY)
#define PAGE_KERNEL_EXEC PAGE_KERNEL
#define PAGE_KERNEL_RO	__pgprot(_PAGE_BASE | _PAGE_READ)

/* Callers pass it to __vmalloc_node_range() and print its size; no more. */
#define VMALLOC_START	0UL
#define VMALLOC_END	(~0UL)

extern pgd_t swapper_pg_dir[PTRS_PER_PGD];
extern unsigned long empty_zero_page[PAGE_SIZE / sizeof(unsigned long)];
#define ZERO_PAGE(vaddr)	(virt_to_page(empty_zero_page))

#define PFN_PTE_SHIFT		PAGE_SHIFT
#define pte_pfn(x)		(pte_val(x) >> PAGE_SHIFT)
#define pfn_pte(pfn, prot)	__pte(((pfn) << PAGE_SHIFT) | pgprot_val(prot))
#define pte_page(x)		pfn_to_page(pte_pfn(x))
#define mk_pte(page, prot)	pfn_pte(page_to_pfn(page), (prot))

#define set_pte(ptep, pte)	WRITE_ONCE(*(ptep), (pte))
#define set_pmd(pmdp, pmd)	WRITE_ONCE(*(pmdp), (pmd))
#define pte_none(x)		(!pte_val(x))
#define pte_present(x)		(pte_val(x) & _PAGE_PRESENT)
#define pte_clear(mm, addr, ptep) set_pte((ptep), __pte(0))
#define pmd_none(x)		(!pmd_val(x))
#define pmd_bad(x)		(pmd_val(x) & ~PAGE_MASK)
#define pmd_present(x)		(pmd_val(x) != 0)
#define pmd_clear(pmdp)		set_pmd((pmdp), __pmd(0))
#define pmd_pfn(x)		(pmd_val(x) >> PAGE_SHIFT)
#define pmd_page(x)		pfn_to_page(pmd_pfn(x))

static inline unsigned long pmd_page_vaddr(pmd_t pmd)
{
	return pmd_val(pmd);
}

static inline int pte_write(pte_t pte)
{
	return pte_val(pte) & _PAGE_WRITE;
}

static inline int pte_dirty(pte_t pte)
{
	return pte_val(pte) & _PAGE_DIRTY;
}

static inline int pte_young(pte_t pte)
{
	return pte_val(pte) & _PAGE_ACCESSED;
}

static inline int pte_special(pte_t pte)
{
	return pte_val(pte) & _PAGE_SPECIAL;
}

/* An entry without READ is PROT_NONE, present though it is. */
#define pte_access_permitted pte_access_permitted
static inline bool pte_access_permitted(pte_t pte, bool write)
{
	const unsigned long need = _PAGE_PRESENT | _PAGE_READ | (write ? _PAGE_WRITE : 0);

	return (pte_val(pte) & need) == need;
}

static inline pte_t pte_wrprotect(pte_t pte)
{
	return __pte(pte_val(pte) & ~_PAGE_WRITE);
}

static inline pte_t pte_mkwrite_novma(pte_t pte)
{
	return __pte(pte_val(pte) | _PAGE_WRITE);
}

static inline pte_t pte_mkclean(pte_t pte)
{
	return __pte(pte_val(pte) & ~_PAGE_DIRTY);
}

static inline pte_t pte_mkdirty(pte_t pte)
{
	return __pte(pte_val(pte) | _PAGE_DIRTY);
}

static inline pte_t pte_mkold(pte_t pte)
{
	return __pte(pte_val(pte) & ~_PAGE_ACCESSED);
}

static inline pte_t pte_mkyoung(pte_t pte)
{
	return __pte(pte_val(pte) | _PAGE_ACCESSED);
}

static inline pte_t pte_mkspecial(pte_t pte)
{
	return __pte(pte_val(pte) | _PAGE_SPECIAL);
}

static inline pte_t pte_modify(pte_t pte, pgprot_t prot)
{
	return __pte((pte_val(pte) & _PAGE_CHG_MASK) | pgprot_val(prot));
}

/*
 * Swap entry: bit 0 clear (not present), bits 1-5 type, bit 8 exclusive,
 * offset from bit 9.
 */
#define __SWP_TYPE_SHIFT	1
#define __SWP_TYPE_MASK		0x1f
#define __SWP_OFFSET_SHIFT	9

#define __swp_type(x)		(((x).val >> __SWP_TYPE_SHIFT) & __SWP_TYPE_MASK)
#define __swp_offset(x)		((x).val >> __SWP_OFFSET_SHIFT)
#define __swp_entry(type, offset)					\
	((swp_entry_t) { (((type) & __SWP_TYPE_MASK) << __SWP_TYPE_SHIFT) | \
			 ((offset) << __SWP_OFFSET_SHIFT) })
#define __pte_to_swp_entry(pte)	((swp_entry_t) { pte_val(pte) })
#define __swp_entry_to_pte(x)	((pte_t) { (x).val })

static inline int pte_swp_exclusive(pte_t pte)
{
	return pte_val(pte) & _PAGE_SWP_EXCLUSIVE;
}

static inline pte_t pte_swp_mkexclusive(pte_t pte)
{
	return __pte(pte_val(pte) | _PAGE_SWP_EXCLUSIVE);
}

static inline pte_t pte_swp_clear_exclusive(pte_t pte)
{
	return __pte(pte_val(pte) & ~_PAGE_SWP_EXCLUSIVE);
}

#define pte_ERROR(e) \
	pr_err("%s:%d: bad pte %08lx.\n", __FILE__, __LINE__, pte_val(e))
#define pgd_ERROR(e) \
	pr_err("%s:%d: bad pgd %08lx.\n", __FILE__, __LINE__, pgd_val(e))

struct vm_fault;
struct vm_area_struct;

/* The host asks when it misses. */
static inline void update_mmu_cache_range(struct vm_fault *vmf, struct vm_area_struct *vma,
					  unsigned long addr, pte_t *ptep, unsigned int nr)
{
}
#define update_mmu_cache(vma, addr, ptep) \
	update_mmu_cache_range(NULL, vma, addr, ptep, 1)

/* Nor does it keep anything for an entry that was not usable before. */
#define flush_tlb_fix_spurious_fault(vma, address, ptep) do { } while (0)

void __init paging_init(void);

#endif
#endif
