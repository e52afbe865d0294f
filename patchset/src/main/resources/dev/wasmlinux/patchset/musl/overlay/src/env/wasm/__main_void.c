/* SPDX-License-Identifier: MIT */
#include <features.h>

extern hidden int __main_argc;
extern hidden char **__main_argv;

int __main_argc_argv(int, char **);

/* Linked unless the program's main has no parameters: see crt1. */
hidden int __main_void(void)
{
	return __main_argc_argv(__main_argc, __main_argv);
}
