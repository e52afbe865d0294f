/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_PERCPU_H
#define __ASM_WASM_PERCPU_H

/*
 * The linker joins all sections whose names begin with ".data."; these must
 * stay apart.  vmlinux.lds.S follows.
 */
#ifdef CONFIG_SMP
#define PER_CPU_BASE_SECTION ".percpu"
#endif

#include <asm-generic/percpu.h>

#endif
