// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page faults.  A program's access that finds no translation calls
 * user_fault() from where it stands; the kernel's own accesses walk the tables
 * (uaccess.c) and come to wasm_handle_kernel_access() when they cannot go on.
 */
#include <linux/entry-common.h>
#include <linux/mm.h>
#include <linux/perf_event.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include "../kernel/kernel.h"
#include "mm.h"

/* Returns VM_FAULT_* errors, of which VM_FAULT_RETRY means "a signal came". */
static vm_fault_t handle_fault(struct pt_regs *regs, unsigned long addr, bool write, int *si_code)
{
	unsigned int flags = FAULT_FLAG_DEFAULT;
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	vm_fault_t fault;

	*si_code = SEGV_MAPERR;
	if (addr >= TASK_SIZE)
		return VM_FAULT_SIGSEGV;
	if (regs)
		flags |= FAULT_FLAG_USER;
	if (write)
		flags |= FAULT_FLAG_WRITE;
	perf_sw_event(PERF_COUNT_SW_PAGE_FAULTS, 1, regs, addr);

	if (regs) {
		vma = lock_vma_under_rcu(mm, addr);
		if (vma) {
			if (!wasm_vma_permits(vma, write)) {
				vma_end_read(vma);
				*si_code = SEGV_ACCERR;
				return VM_FAULT_SIGSEGV;
			}
			fault = handle_mm_fault(vma, addr, flags | FAULT_FLAG_VMA_LOCK, regs);
			if (!(fault & (VM_FAULT_RETRY | VM_FAULT_COMPLETED)))
				vma_end_read(vma);
			if (!(fault & VM_FAULT_RETRY))
				return fault & VM_FAULT_ERROR;
			if (fault & VM_FAULT_MAJOR)
				flags |= FAULT_FLAG_TRIED;
			if (fault_signal_pending(fault, regs))
				return VM_FAULT_RETRY;
		}
	}

retry:
	/*
	 * No registers for the kernel's own accesses: they would make it look
	 * for an exception table entry when the lock is taken.
	 */
	vma = lock_mm_and_find_vma(mm, addr, regs);
	if (!vma)
		return VM_FAULT_SIGSEGV;
	if (!wasm_vma_permits(vma, write)) {
		mmap_read_unlock(mm);
		*si_code = SEGV_ACCERR;
		return VM_FAULT_SIGSEGV;
	}
	fault = handle_mm_fault(vma, addr, flags, regs);
	if (regs ? fault_signal_pending(fault, regs) :
		   (fault & VM_FAULT_RETRY) && fatal_signal_pending(current))
		return VM_FAULT_RETRY;
	if (fault & VM_FAULT_COMPLETED)
		return 0;
	if (fault & VM_FAULT_RETRY) {
		flags |= FAULT_FLAG_TRIED;
		goto retry;
	}
	mmap_read_unlock(mm);
	return fault & VM_FAULT_ERROR;
}

int wasm_handle_kernel_access(unsigned long addr, bool write)
{
	int si_code;

	return handle_fault(NULL, addr, write, &si_code) ? -EFAULT : 0;
}

/*
 * Give the host the translation if the entry is usable.  Under the lock, so
 * that whoever takes the entry away flushes after it.
 */
static bool fill_tlb(unsigned long addr, bool write)
{
	struct mm_struct *mm = current->mm;
	bool usable = false;
	spinlock_t *ptl;
	pte_t *ptep, pte;
	pmd_t *pmd;

	if (addr >= TASK_SIZE)
		return false;
	pmd = pmd_off(mm, addr);
	if (pmd_none(READ_ONCE(*pmd)))
		return false;
	ptep = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!ptep)
		return false;
	pte = ptep_get(ptep);
	if (wasm_pte_usable(pte, write)) {
		host_tlb_set(mm->context.host, addr >> PAGE_SHIFT, pte_pfn(pte) << PAGE_SHIFT,
			     wasm_pte_usable(pte, true) ? TLB_READ | TLB_WRITE : TLB_READ);
		usable = true;
	}
	pte_unmap_unlock(ptep, ptl);
	return usable;
}

static void send_fault_signal(unsigned long addr, vm_fault_t fault, int si_code)
{
	void __user *where = (void __user *)addr;

	if (fault & VM_FAULT_OOM)
		pagefault_out_of_memory();
	else if (fault & (VM_FAULT_SIGBUS | VM_FAULT_HWPOISON | VM_FAULT_HWPOISON_LARGE))
		force_sig_fault(SIGBUS, BUS_ADRERR, where);
	else if (fault & VM_FAULT_SIGSEGV)
		force_sig_fault(SIGSEGV, si_code, where);
}

int user_fault(unsigned long addr, u32 access)
{
	struct pt_regs *regs = current_pt_regs();
	bool write = access & 1;
	irqentry_state_t state;
	vm_fault_t fault;
	int si_code;

	/* Most often nothing is missing but the translation. */
	if (fill_tlb(addr, write))
		return ACTION_RESUME;

	regs->nr = -1;
	regs->pc = 0;
	regs->flags = PT_USER;
	state = irqentry_enter(regs);
	local_irq_enable();
	fault = handle_fault(regs, addr, write, &si_code);
	if (fault)
		send_fault_signal(addr, fault, si_code);
	else
		fill_tlb(addr, write);
	local_irq_disable();
	irqentry_exit(regs, state);
	return wasm_user_action(regs);
}

static const pgprot_t protection_map[16] = {
	[VM_NONE]					= PAGE_NONE,
	[VM_READ]					= PAGE_READONLY,
	[VM_WRITE]					= PAGE_COPY,
	[VM_WRITE | VM_READ]				= PAGE_COPY,
	[VM_EXEC]					= PAGE_READONLY_X,
	[VM_EXEC | VM_READ]				= PAGE_READONLY_X,
	[VM_EXEC | VM_WRITE]				= PAGE_COPY_X,
	[VM_EXEC | VM_WRITE | VM_READ]			= PAGE_COPY_X,
	[VM_SHARED]					= PAGE_NONE,
	[VM_SHARED | VM_READ]				= PAGE_READONLY,
	[VM_SHARED | VM_WRITE]				= PAGE_SHARED,
	[VM_SHARED | VM_WRITE | VM_READ]		= PAGE_SHARED,
	[VM_SHARED | VM_EXEC]				= PAGE_READONLY_X,
	[VM_SHARED | VM_EXEC | VM_READ]			= PAGE_READONLY_X,
	[VM_SHARED | VM_EXEC | VM_WRITE]		= PAGE_SHARED_X,
	[VM_SHARED | VM_EXEC | VM_WRITE | VM_READ]	= PAGE_SHARED_X,
};
DECLARE_VM_GET_PAGE_PROT
