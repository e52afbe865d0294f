/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_MMU_H
#define __ASM_WASM_MMU_H

typedef struct {
	int host;	/* the host's handle of the translation table, 0: none */
} mm_context_t;

#endif
