/* SPDX-License-Identifier: MIT */
#include <setjmp.h>

/* setjmp.h makes it another name of longjmp; this is for other languages. */
#undef siglongjmp
_Noreturn void siglongjmp(sigjmp_buf env, int val)
{
	longjmp(env, val);
}
