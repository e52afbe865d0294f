/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_LINKAGE_H
#define __ASM_WASM_LINKAGE_H

#define _THIS_IP_	0UL

/* No weak aliases in this object format; asm/syscall_wrapper.h has functions. */
#define cond_syscall(x)

#endif
