// SPDX-License-Identifier: GPL-2.0-only
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/processor.h>
#include <asm/host.h>

static void delay_ns(u64 ns)
{
	u64 start = host_clock_monotonic();

	while (host_clock_monotonic() - start < ns)
		cpu_relax();
}

void __delay(unsigned long cycles)
{
	delay_ns(cycles);
}
EXPORT_SYMBOL(__delay);

/* xloops: 2^32 of them are a second for udelay, see asm-generic/delay.h */
void __const_udelay(unsigned long xloops)
{
	delay_ns(((u64)xloops * NSEC_PER_SEC) >> 32);
}
EXPORT_SYMBOL(__const_udelay);

void __udelay(unsigned long usecs)
{
	delay_ns((u64)usecs * NSEC_PER_USEC);
}
EXPORT_SYMBOL(__udelay);

void __ndelay(unsigned long nsecs)
{
	delay_ns(nsecs);
}
EXPORT_SYMBOL(__ndelay);

/* Delays read a clock; the number is only shown. */
void __init calibrate_delay(void)
{
	loops_per_jiffy = NSEC_PER_SEC / HZ;
}
