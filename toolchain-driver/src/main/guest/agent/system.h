/* SPDX-License-Identifier: Apache-2.0 */
/* What the first process of a system does before and after everything else. */
#ifndef SYSTEM_H
#define SYSTEM_H

#include <stdbool.h>

/* Mounts, device nodes, host name, loopback. Failures are logged. */
void system_set_up(void);

/* A line into the kernel log. */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Replaces this process if the kernel's command line names another init. */
void system_hand_over(char **argv, char **envp);

/*
 * Waits until the port "control" is there. Returns false at once if no console
 * device can have named ports, and after a while if none has that name.
 */
bool system_await_control(void);

/* Opens a port by its name, non-blocking; -1 with errno. */
int system_open_port(const char *name);

/* The path of the terminal with the settings of the boot; NULL: none. */
const char *system_prepare_terminal(void);

/*
 * Ends all other processes, writes back, and calls reboot with how: RB_POWER_OFF,
 * RB_AUTOBOOT or RB_HALT_SYSTEM.
 */
_Noreturn void system_end(int how);

#endif
