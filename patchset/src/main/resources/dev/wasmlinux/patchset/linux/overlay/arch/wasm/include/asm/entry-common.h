/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_ENTRY_COMMON_H
#define __ASM_WASM_ENTRY_COMMON_H
#endif
