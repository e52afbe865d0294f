// SPDX-License-Identifier: GPL-2.0-only
#include <linux/clockchips.h>
#include <linux/clocksource.h>
#include <linux/cpu.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/of_clk.h>
#include <linux/sched/clock.h>
#include <linux/timekeeping.h>
#include "kernel.h"

static u64 host_clock_read(struct clocksource *cs)
{
	return host_clock_monotonic();
}

static struct clocksource host_clock = {
	.name	= "wasm",
	.rating	= 400,
	.read	= host_clock_read,
	.mask	= CLOCKSOURCE_MASK(64),
	.flags	= CLOCK_SOURCE_IS_CONTINUOUS,
};

unsigned long long notrace sched_clock(void)
{
	return host_clock_monotonic();
}

void read_persistent_clock64(struct timespec64 *ts)
{
	*ts = ns_to_timespec64(host_clock_realtime());
}

static int host_timer_set_next_event(unsigned long delta, struct clock_event_device *dev)
{
	host_timer_set(host_clock_monotonic() + delta);
	return 0;
}

static int host_timer_shutdown(struct clock_event_device *dev)
{
	host_timer_set(~0ULL);
	return 0;
}

static DEFINE_PER_CPU(struct clock_event_device, host_timer) = {
	.name			= "wasm",
	.features		= CLOCK_EVT_FEAT_ONESHOT,
	.rating			= 400,
	.set_next_event		= host_timer_set_next_event,
	.set_state_shutdown	= host_timer_shutdown,
	.set_state_oneshot_stopped = host_timer_shutdown,
};

void wasm_handle_timer(void)
{
	struct clock_event_device *dev = this_cpu_ptr(&host_timer);

	/* The bit can outlive a deadline that was cancelled. */
	if (dev->event_handler && clockevent_state_oneshot(dev))
		dev->event_handler(dev);
}

void wasm_time_starting_cpu(void)
{
	struct clock_event_device *dev = this_cpu_ptr(&host_timer);

	dev->cpumask = cpumask_of(smp_processor_id());
	clockevents_config_and_register(dev, NSEC_PER_SEC, 1000, LONG_MAX);
}

void __init time_init(void)
{
	of_clk_init(NULL);
	if (clocksource_register_hz(&host_clock, NSEC_PER_SEC))
		panic("No clock");
	wasm_time_starting_cpu();
}
