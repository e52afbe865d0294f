/* SPDX-License-Identifier: MIT */
#include <features.h>
#include <setjmp.h>
#include <signal.h>

hidden int __sigsetjmp_tail(sigjmp_buf, int);

/*
 * After either return of setjmp in sigsetjmp: saves the mask after the first,
 * restores it after a jump, when the handler's stack is gone already.
 */
int __wasm_sigsetjmp_tail(sigjmp_buf env, int ret)
{
	return env->__fl ? __sigsetjmp_tail(env, ret) : ret;
}
