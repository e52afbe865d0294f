/* SPDX-License-Identifier: MIT */
#include <features.h>
#include "libc.h"

#define START "_start"

#include "crt_arch.h"

extern hidden void __wasm_call_ctors(void);
extern hidden int __main_argc;
extern hidden char **__main_argv;

/*
 * clang names main by its parameters: __main_void without any,
 * __main_argc_argv with two, main with three. This calls the first; libc.a
 * has one that calls the second, and one of those that calls the third.
 */
int __main_void(void);
int __libc_start_main(int (*)(int, char **, char **), int, char **,
	void (*)(), void(*)(), void(*)());

/* The linker's function runs the constructors. Replaces libc's empty one. */
hidden void _init(void)
{
	__wasm_call_ctors();
}

static int call_main(int argc, char **argv, char **envp)
{
	__main_argc = argc;
	__main_argv = argv;
	return __main_void();
}

void _start_c(long *p)
{
	int argc = p[0];
	char **argv = (void *)(p+1);
	__libc_start_main(call_main, argc, argv, 0, 0, 0);
}
