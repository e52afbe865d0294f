/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_VDSO_PROCESSOR_H
#define __ASM_VDSO_PROCESSOR_H
#ifndef __ASSEMBLY__

void wasm_cpu_relax(void);
#define cpu_relax() wasm_cpu_relax()

#endif
#endif
