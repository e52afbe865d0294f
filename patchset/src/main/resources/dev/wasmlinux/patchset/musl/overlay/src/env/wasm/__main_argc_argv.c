/* SPDX-License-Identifier: MIT */
#include <features.h>
#include <unistd.h>
#include "libc.h"

/* Under its own name, because clang would rename a definition's caller. */
extern int __main_envp(int, char **, char **) __asm__("main");

/* Linked if main takes the environment as its third parameter: see crt1. */
hidden int __main_argc_argv(int argc, char **argv)
{
	return __main_envp(argc, argv, __environ);
}
