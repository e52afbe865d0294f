/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_IO_H
#define __ASM_WASM_IO_H

#include <linux/types.h>
#include <linux/pgtable.h>
#include <asm/host.h>

/* There are no ports; only that the generic header has a base that is not NULL. */
#define PCI_IOBASE	((void __iomem *)0xd0000000UL)

/* A device window is only a number: the host does every access. */
#define __raw_readb __raw_readb
static inline u8 __raw_readb(const volatile void __iomem *addr)
{
	return host_mmio_read((unsigned long)addr, 1);
}

#define __raw_readw __raw_readw
static inline u16 __raw_readw(const volatile void __iomem *addr)
{
	return host_mmio_read((unsigned long)addr, 2);
}

#define __raw_readl __raw_readl
static inline u32 __raw_readl(const volatile void __iomem *addr)
{
	return host_mmio_read((unsigned long)addr, 4);
}

#define __raw_writeb __raw_writeb
static inline void __raw_writeb(u8 value, volatile void __iomem *addr)
{
	host_mmio_write((unsigned long)addr, 1, value);
}

#define __raw_writew __raw_writew
static inline void __raw_writew(u16 value, volatile void __iomem *addr)
{
	host_mmio_write((unsigned long)addr, 2, value);
}

#define __raw_writel __raw_writel
static inline void __raw_writel(u32 value, volatile void __iomem *addr)
{
	host_mmio_write((unsigned long)addr, 4, value);
}

#define ioremap ioremap
static inline void __iomem *ioremap(phys_addr_t phys, size_t size)
{
	return (void __iomem *)(unsigned long)phys;
}

#define iounmap iounmap
static inline void iounmap(volatile void __iomem *addr)
{
}

#include <asm-generic/io.h>

#endif
