/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_ELF_H
#define __ASM_WASM_ELF_H

/* Programs are not ELF; generic headers ask for these few. */
#include <linux/elf-em.h>
#include <asm/ptrace.h>

typedef unsigned long elf_greg_t;
#define ELF_NGREG	(sizeof(struct user_regs_struct) / sizeof(elf_greg_t))
typedef elf_greg_t elf_gregset_t[ELF_NGREG];
typedef unsigned long elf_fpregset_t;

#define ELF_CLASS		ELFCLASS32
#define ELF_DATA		ELFDATA2LSB
#define ELF_ARCH		EM_NONE
#define elf_check_arch(hdr)	0
#define ELF_PLATFORM		NULL
#define ELF_HWCAP		0

#endif
