/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __WASM_MM_H
#define __WASM_MM_H

#include <linux/mm.h>

/* May this entry be used as it is, or has the fault handler to see it first? */
static inline bool wasm_pte_usable(pte_t pte, bool write)
{
	const unsigned long need = _PAGE_PRESENT | _PAGE_READ | _PAGE_ACCESSED |
		(write ? _PAGE_WRITE | _PAGE_DIRTY : 0);

	return (pte_val(pte) & need) == need;
}

static inline bool wasm_vma_permits(struct vm_area_struct *vma, bool write)
{
	return vma->vm_flags & (write ? VM_WRITE : VM_READ | VM_WRITE | VM_EXEC);
}

/* 0: try again; takes mmap_lock, may sleep */
int wasm_handle_kernel_access(unsigned long addr, bool write);

#endif
