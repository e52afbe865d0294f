/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_TIMEX_H
#define __ASM_WASM_TIMEX_H

#include <asm/host.h>

typedef u64 cycles_t;

static inline cycles_t get_cycles(void)
{
	return host_clock_monotonic();
}
#define get_cycles get_cycles

#define CLOCK_TICK_RATE	1000000

#endif
