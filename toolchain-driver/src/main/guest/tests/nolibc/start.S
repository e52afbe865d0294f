/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry of a program without a C library. The kernel enters _start with
 * __stack_pointer at argc; the C part gets that address as its argument.
 */
	.globaltype	__stack_pointer, i32
	.globaltype	__tls_base, i32
	.functype	start_c (i32) -> ()

	.section	.text._start,"",@
	.globl	_start
	.type	_start,@function
_start:
	.functype	_start () -> ()
	global.get	__stack_pointer
	call	start_c
	unreachable
	end_function

	/* long *get_sp(void): the stack pointer of this thread. */
	.section	.text.get_sp,"",@
	.globl	get_sp
	.type	get_sp,@function
get_sp:
	.functype	get_sp () -> (i32)
	global.get	__stack_pointer
	end_function

	/* void *get_tp(void): what CLONE_SETTLS gave this thread. */
	.section	.text.get_tp,"",@
	.globl	get_tp
	.type	get_tp,@function
get_tp:
	.functype	get_tp () -> (i32)
	global.get	__tls_base
	end_function
