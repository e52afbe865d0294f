/* SPDX-License-Identifier: MIT */
/* SPDX-License-Identifier: MIT */
	.globaltype	__tls_base, i32
	.section	.text.__set_thread_area,"",@
	.hidden	__set_thread_area
	.globl	__set_thread_area
	.type	__set_thread_area,@function
__set_thread_area:
	.functype	__set_thread_area (i32) -> (i32)
	local.get	0
	global.set	__tls_base
	i32.const	0
	end_function
