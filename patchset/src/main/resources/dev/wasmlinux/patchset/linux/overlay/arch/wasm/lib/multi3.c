// SPDX-License-Identifier: GPL-2.0-only
#include <linux/types.h>

/*
 * 64 x 64 -> 128 bits, which the compiler calls for overflow checks of 64-bit
 * products.  The third and fourth halves matter to nobody but the type.
 */
typedef int ti __attribute__((mode(TI)));
typedef unsigned int uti __attribute__((mode(TI)));

ti __multi3(ti a, ti b);

ti __multi3(ti a, ti b)
{
	u64 al = (u64)a, ah = (u64)((uti)a >> 64);
	u64 bl = (u64)b, bh = (u64)((uti)b >> 64);
	u64 ll = (al & 0xffffffff) * (bl & 0xffffffff);
	u64 lh = (al & 0xffffffff) * (bl >> 32);
	u64 hl = (al >> 32) * (bl & 0xffffffff);
	u64 hh = (al >> 32) * (bl >> 32);
	u64 mid = (ll >> 32) + (lh & 0xffffffff) + (hl & 0xffffffff);
	u64 low = (ll & 0xffffffff) | (mid << 32);
	u64 high = hh + (lh >> 32) + (hl >> 32) + (mid >> 32) + al * bh + ah * bl;

	return (ti)(((uti)high << 64) | low);
}
