// SPDX-License-Identifier: GPL-2.0-only
#include <linux/console.h>
#include <linux/init.h>
#include <linux/panic_notifier.h>
#include <linux/pm.h>
#include <linux/printk.h>
#include <linux/reboot.h>
#include <linux/string.h>
#include "kernel.h"

static void __noreturn end(u32 kind, const char *message)
{
	local_irq_disable();
	host_machine_end(kind, 0, message, message ? strlen(message) : 0);
}

static void power_off(void)
{
	end(MACHINE_POWER_OFF, NULL);
}

/* reboot() makes a halt of it where nothing stands here. */
void (*pm_power_off)(void) = power_off;
EXPORT_SYMBOL(pm_power_off);

void machine_restart(char *command)
{
	do_kernel_restart(command);
	end(MACHINE_RESTART, command);
}

void machine_power_off(void)
{
	do_kernel_power_off();
	power_off();
}

void machine_halt(void)
{
	end(MACHINE_HALT, NULL);
}

static int end_in_panic(struct notifier_block *nb, unsigned long action, void *message)
{
	console_flush_on_panic(CONSOLE_FLUSH_PENDING);
	/* panic=N asks for a restart, which panic() does itself */
	if (panic_timeout)
		return NOTIFY_DONE;
	end(MACHINE_PANIC, message);
}

static struct notifier_block panic_block = {
	.notifier_call	= end_in_panic,
	.priority	= INT_MIN,	/* after everybody else */
};

void __init wasm_register_panic(void)
{
	atomic_notifier_chain_register(&panic_notifier_list, &panic_block);
}
