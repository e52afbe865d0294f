/* SPDX-License-Identifier: MIT */
#include <features.h>
#include <setjmp.h>

struct jump {
	void *id;
	unsigned label;
	struct {
		void *env;
		int val;
	} arg;
};

hidden void __cp_reset(void);

/* The tag of the exception; clang refers to it in each catch. */
__asm__(
".globl __c_longjmp\n"
".tagtype __c_longjmp i32\n"
"__c_longjmp:\n"
);

_Noreturn void __wasm_longjmp(void *env, int val)
{
	struct jump *j = env;
	__cp_reset();
	j->arg.env = env;
	j->arg.val = val ? val : 1;
	__builtin_wasm_throw(1, &j->arg);
}

_Noreturn void longjmp(jmp_buf env, int val)
{
	__wasm_longjmp(env, val);
}
