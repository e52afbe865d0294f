// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmalloc for a kernel that has no address translation of its own while its
 * programs have one: memory is physically contiguous and has one address.
 *
 * Memory for the kernel alone is kmalloc() memory, as it is without an MMU, so
 * that vfree(), kvfree() and kfree() are the same and is_vmalloc_addr() is
 * always false.  Memory that may be mapped into programs is a compound page of
 * its own and never an object of a slab.
 */
#include <linux/export.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/notifier.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <linux/vmalloc.h>

#include "internal.h"

static gfp_t flat_gfp(gfp_t gfp)
{
	return (gfp | __GFP_COMP) & ~__GFP_HIGHMEM;
}

void *__vmalloc_noprof(unsigned long size, gfp_t gfp)
{
	if (!size || size > KMALLOC_MAX_SIZE)
		return NULL;
	return kmalloc_noprof(size, flat_gfp(gfp));
}
EXPORT_SYMBOL(__vmalloc_noprof);

static void *alloc_user_pages(unsigned long size, gfp_t gfp)
{
	/* kfree() takes a compound page for its own, but warns of a single one */
	unsigned int order = max(get_order(size), 1);
	struct page *page;

	if (!size || size > KMALLOC_MAX_SIZE)
		return NULL;
	page = alloc_pages_noprof(flat_gfp(gfp), order);
	if (!page)
		return NULL;
	/* which kfree() takes back */
	mod_lruvec_page_state(page, NR_SLAB_UNRECLAIMABLE_B, PAGE_SIZE << order);
	return page_address(page);
}

void *__vmalloc_node_range_noprof(unsigned long size, unsigned long align,
				  unsigned long start, unsigned long end, gfp_t gfp,
				  pgprot_t prot, unsigned long vm_flags, int node,
				  const void *caller)
{
	if (vm_flags & VM_USERMAP)
		return alloc_user_pages(size, gfp);
	return __vmalloc_noprof(size, gfp);
}

void *__vmalloc_node_noprof(unsigned long size, unsigned long align, gfp_t gfp, int node,
			    const void *caller)
{
	return __vmalloc_noprof(size, gfp);
}
EXPORT_SYMBOL_GPL(__vmalloc_node_noprof);

void *vmalloc_noprof(unsigned long size)
{
	return __vmalloc_noprof(size, GFP_KERNEL);
}
EXPORT_SYMBOL(vmalloc_noprof);

void *vzalloc_noprof(unsigned long size)
{
	return __vmalloc_noprof(size, GFP_KERNEL | __GFP_ZERO);
}
EXPORT_SYMBOL(vzalloc_noprof);

void *vmalloc_node_noprof(unsigned long size, int node)
{
	return __vmalloc_noprof(size, GFP_KERNEL);
}
EXPORT_SYMBOL(vmalloc_node_noprof);

void *vzalloc_node_noprof(unsigned long size, int node)
{
	return __vmalloc_noprof(size, GFP_KERNEL | __GFP_ZERO);
}
EXPORT_SYMBOL(vzalloc_node_noprof);

void *vmalloc_32_noprof(unsigned long size)
{
	return __vmalloc_noprof(size, GFP_KERNEL);
}
EXPORT_SYMBOL(vmalloc_32_noprof);

void *vmalloc_huge_noprof(unsigned long size, gfp_t gfp)
{
	return __vmalloc_noprof(size, gfp);
}
EXPORT_SYMBOL_GPL(vmalloc_huge_noprof);

void *vmalloc_user_noprof(unsigned long size)
{
	return alloc_user_pages(size, GFP_KERNEL | __GFP_ZERO);
}
EXPORT_SYMBOL(vmalloc_user_noprof);

void *vmalloc_32_user_noprof(unsigned long size)
{
	return alloc_user_pages(size, GFP_KERNEL | __GFP_ZERO);
}
EXPORT_SYMBOL(vmalloc_32_user_noprof);

void *vrealloc_noprof(const void *p, size_t size, gfp_t gfp)
{
	if (size > KMALLOC_MAX_SIZE)
		return NULL;
	return krealloc_noprof(p, size, flat_gfp(gfp));
}

void vfree(const void *addr)
{
	kfree(addr);
}
EXPORT_SYMBOL(vfree);

void vfree_atomic(const void *addr)
{
	kfree(addr);
}

unsigned long vmalloc_nr_pages(void)
{
	return 0;
}

struct page *vmalloc_to_page(const void *addr)
{
	return virt_to_page(addr);
}
EXPORT_SYMBOL(vmalloc_to_page);

unsigned long vmalloc_to_pfn(const void *addr)
{
	return page_to_pfn(virt_to_page(addr));
}
EXPORT_SYMBOL(vmalloc_to_pfn);

/*
 * Contiguous pages have an address already.  Others get none: whether two
 * pages lie side by side by chance is not looked at, so that the answer does
 * not depend on luck.
 */
void *vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot)
{
	unsigned int i;

	if (!count || (flags & VM_MAP_PUT_PAGES))
		return NULL;
	for (i = 1; i < count; i++) {
		if (compound_head(pages[i]) != compound_head(pages[0]) ||
		    pages[i] != nth_page(pages[0], i))
			return NULL;
	}
	return page_address(pages[0]);
}
EXPORT_SYMBOL(vmap);

void vunmap(const void *addr)
{
}
EXPORT_SYMBOL(vunmap);

void *vm_map_ram(struct page **pages, unsigned int count, int node)
{
	return vmap(pages, count, 0, PAGE_KERNEL);
}
EXPORT_SYMBOL(vm_map_ram);

void vm_unmap_ram(const void *mem, unsigned int count)
{
}
EXPORT_SYMBOL(vm_unmap_ram);

void vm_unmap_aliases(void)
{
}
EXPORT_SYMBOL_GPL(vm_unmap_aliases);

struct vm_struct *find_vm_area(const void *addr)
{
	return NULL;
}

struct vm_struct *get_vm_area(unsigned long size, unsigned long flags)
{
	return NULL;
}

void free_vm_area(struct vm_struct *area)
{
}
EXPORT_SYMBOL_GPL(free_vm_area);

int register_vmap_purge_notifier(struct notifier_block *nb)
{
	return 0;
}
EXPORT_SYMBOL_GPL(register_vmap_purge_notifier);

int unregister_vmap_purge_notifier(struct notifier_block *nb)
{
	return 0;
}
EXPORT_SYMBOL_GPL(unregister_vmap_purge_notifier);

int remap_vmalloc_range_partial(struct vm_area_struct *vma, unsigned long uaddr,
				void *kaddr, unsigned long pgoff, unsigned long size)
{
	struct page *head = virt_to_head_page(kaddr);
	unsigned long have = page_size(head) - (kaddr - page_address(head));
	unsigned long offset;
	int error;

	size = PAGE_ALIGN(size);
	if (!PAGE_ALIGNED(uaddr) || !PAGE_ALIGNED((unsigned long)kaddr))
		return -EINVAL;
	if (check_shl_overflow(pgoff, PAGE_SHIFT, &offset) || offset > have ||
	    size > have - offset)
		return -EINVAL;

	for (kaddr += offset; size; size -= PAGE_SIZE) {
		error = vm_insert_page(vma, uaddr, virt_to_page(kaddr));
		if (error)
			return error;
		kaddr += PAGE_SIZE;
		uaddr += PAGE_SIZE;
	}
	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP);
	return 0;
}

int remap_vmalloc_range(struct vm_area_struct *vma, void *addr, unsigned long pgoff)
{
	return remap_vmalloc_range_partial(vma, vma->vm_start, addr, pgoff,
					   vma->vm_end - vma->vm_start);
}
EXPORT_SYMBOL(remap_vmalloc_range);

long vread_iter(struct iov_iter *iter, const char *addr, size_t count)
{
	return copy_to_iter(addr, count, iter);
}

#ifdef CONFIG_PRINTK
bool vmalloc_dump_obj(void *object)
{
	return false;
}
#endif

void __init vmalloc_init(void)
{
}
