/* SPDX-License-Identifier: MIT */
/*
 * What the compiler's __wasm_setjmp keeps: which activation of which call
 * called setjmp. The other three go by the same names, because the compiler
 * knows only these two.
 */
typedef unsigned long __jmp_buf[6];

#define _setjmp setjmp
#define _longjmp longjmp
#define siglongjmp longjmp
