// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's access to user memory.  That is ordinary page frames: walk the
 * page table, hold the lock of its page so that the frame stays, touch the
 * frame.  No translation is kept and the host is not asked.
 */
#include <linux/hardirq.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <asm/futex.h>
#include "mm.h"

struct frame {
	pte_t		*pte;
	spinlock_t	*ptl;
};

/*
 * Where a fault may not be handled, the lock may be the caller's own (a copy
 * under the lock of the same page table, an interrupt on top of it): do not
 * wait for ever.  Callers of that kind have another way if this one fails.
 */
#define MAX_TRIES	1000

static pte_t *lock_pte(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, bool wait,
		       spinlock_t **ptlp)
{
	pmd_t entry;
	pte_t *pte;
	int tries;

	if (wait)
		return pte_offset_map_lock(mm, pmd, addr, ptlp);

	entry = pmdp_get_lockless(pmd);
	pte = pte_offset_map_nolock(mm, pmd, addr, ptlp);
	if (!pte)
		return NULL;
	for (tries = 0; tries < MAX_TRIES; tries++) {
		if (spin_trylock(*ptlp)) {
			if (likely(pmd_same(entry, pmdp_get_lockless(pmd))))
				return pte;
			spin_unlock(*ptlp);
			break;
		}
		host_cpu_relax();
	}
	pte_unmap(pte);
	return NULL;
}

/* NULL: not accessible; else to be released with put_frame() */
static void *get_frame(unsigned long addr, bool write, struct frame *frame)
{
	bool wait = !faulthandler_disabled();
	struct mm_struct *mm = current->mm;
	pmd_t *pmd;
	pte_t pte;

	if (unlikely(!mm || addr >= TASK_SIZE))
		return NULL;
	for (;;) {
		pmd = pmd_off(mm, addr);
		if (!pmd_none(READ_ONCE(*pmd))) {
			frame->pte = lock_pte(mm, pmd, addr, wait, &frame->ptl);
			if (frame->pte) {
				pte = ptep_get(frame->pte);
				if (likely(wasm_pte_usable(pte, write)))
					return __va(pte_pfn(pte) << PAGE_SHIFT) +
						offset_in_page(addr);
				pte_unmap_unlock(frame->pte, frame->ptl);
			}
		}
		if (!wait || wasm_handle_kernel_access(addr, write))
			return NULL;
	}
}

static void put_frame(struct frame *frame)
{
	pte_unmap_unlock(frame->pte, frame->ptl);
}

static unsigned long to_page_end(unsigned long addr, unsigned long n)
{
	return min(n, PAGE_SIZE - offset_in_page(addr));
}

unsigned long raw_copy_from_user(void *to, const void __user *from, unsigned long n)
{
	unsigned long addr = (unsigned long)from;
	struct frame frame;

	while (n) {
		unsigned long chunk = to_page_end(addr, n);
		void *p = get_frame(addr, false, &frame);

		if (!p)
			break;
		memcpy(to, p, chunk);
		put_frame(&frame);
		addr += chunk;
		to += chunk;
		n -= chunk;
	}
	return n;
}
EXPORT_SYMBOL(raw_copy_from_user);

unsigned long raw_copy_to_user(void __user *to, const void *from, unsigned long n)
{
	unsigned long addr = (unsigned long)to;
	struct frame frame;

	while (n) {
		unsigned long chunk = to_page_end(addr, n);
		void *p = get_frame(addr, true, &frame);

		if (!p)
			break;
		memcpy(p, from, chunk);
		put_frame(&frame);
		addr += chunk;
		from += chunk;
		n -= chunk;
	}
	return n;
}
EXPORT_SYMBOL(raw_copy_to_user);

unsigned long __clear_user(void __user *to, unsigned long n)
{
	unsigned long addr = (unsigned long)to;
	struct frame frame;

	while (n) {
		unsigned long chunk = to_page_end(addr, n);
		void *p = get_frame(addr, true, &frame);

		if (!p)
			break;
		memset(p, 0, chunk);
		put_frame(&frame);
		addr += chunk;
		n -= chunk;
	}
	return n;
}
EXPORT_SYMBOL(__clear_user);

/* Length with the terminator, 0: fault, more than n: none within n. */
long strnlen_user(const char __user *s, long n)
{
	unsigned long addr = (unsigned long)s;
	struct frame frame;
	long done = 0;

	if (n <= 0)
		return 0;
	while (done < n) {
		unsigned long chunk = to_page_end(addr, n - done);
		unsigned long length;
		const char *p = get_frame(addr, false, &frame);

		if (!p)
			return 0;
		length = strnlen(p, chunk);
		put_frame(&frame);
		done += length;
		if (length < chunk)
			return done + 1;
		addr += chunk;
	}
	return n + 1;
}
EXPORT_SYMBOL(strnlen_user);

/* How much of src goes up to and with the first NUL; *found tells if there is one. */
static unsigned long copy_string(char *dst, const char *src, unsigned long n, bool *found)
{
	unsigned long i;

	for (i = 0; i < n; i++) {
		/*
		 * One look at each byte: another thread of the program may
		 * write between two, and what is copied must be terminated.
		 */
		char c = READ_ONCE(src[i]);

		dst[i] = c;
		if (!c) {
			*found = true;
			return i;
		}
	}
	*found = false;
	return n;
}

/* Length without the terminator, n: none within n, or -EFAULT. */
long strncpy_from_user(char *dst, const char __user *src, long n)
{
	unsigned long addr = (unsigned long)src;
	struct frame frame;
	long done = 0;
	bool found;

	if (n <= 0)
		return 0;
	while (done < n) {
		unsigned long chunk = to_page_end(addr, n - done);
		const char *p = get_frame(addr, false, &frame);

		if (!p)
			return -EFAULT;
		done += copy_string(dst + done, p, chunk, &found);
		put_frame(&frame);
		if (found)
			return done;
		addr += chunk;
	}
	return done;
}
EXPORT_SYMBOL(strncpy_from_user);

int futex_atomic_cmpxchg_inatomic(u32 *uval, u32 __user *uaddr, u32 oldval, u32 newval)
{
	struct frame frame;
	u32 *p;

	if (!access_ok(uaddr, sizeof(u32)) || !IS_ALIGNED((unsigned long)uaddr, sizeof(u32)))
		return -EFAULT;
	p = get_frame((unsigned long)uaddr, true, &frame);
	if (!p)
		return -EFAULT;
	*uval = cmpxchg(p, oldval, newval);
	put_frame(&frame);
	return 0;
}

int arch_futex_atomic_op_inuser(int op, int oparg, int *oval, u32 __user *uaddr)
{
	struct frame frame;
	int error = 0;
	int *p;

	if (!access_ok(uaddr, sizeof(u32)) || !IS_ALIGNED((unsigned long)uaddr, sizeof(u32)))
		return -EFAULT;
	p = get_frame((unsigned long)uaddr, true, &frame);
	if (!p)
		return -EFAULT;
	switch (op) {
	case FUTEX_OP_SET:
		*oval = __atomic_exchange_n(p, oparg, __ATOMIC_SEQ_CST);
		break;
	case FUTEX_OP_ADD:
		*oval = __atomic_fetch_add(p, oparg, __ATOMIC_SEQ_CST);
		break;
	case FUTEX_OP_OR:
		*oval = __atomic_fetch_or(p, oparg, __ATOMIC_SEQ_CST);
		break;
	case FUTEX_OP_ANDN:
		*oval = __atomic_fetch_and(p, ~oparg, __ATOMIC_SEQ_CST);
		break;
	case FUTEX_OP_XOR:
		*oval = __atomic_fetch_xor(p, oparg, __ATOMIC_SEQ_CST);
		break;
	default:
		error = -ENOSYS;
		break;
	}
	put_frame(&frame);
	return error;
}

/* Is this memory of the kernel, and not the page that NULL points into? */
bool wasm_kernel_range_ok(unsigned long addr, unsigned long size)
{
	unsigned long end = PFN_PHYS(max_low_pfn);

	return addr >= PAGE_SIZE && addr < end && size <= end - addr;
}
