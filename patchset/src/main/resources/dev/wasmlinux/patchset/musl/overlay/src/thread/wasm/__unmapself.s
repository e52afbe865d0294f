/* SPDX-License-Identifier: MIT */
/* SPDX-License-Identifier: MIT */
/* munmap(p, n); exit(0): in assembly, so that nothing touches the stack. */
	.functype	__wasm_syscall (i32, i64, i64, i64, i64, i64, i64) -> (i32)
	.import_module	__wasm_syscall, linux
	.import_name	__wasm_syscall, syscall
	.section	.text.__unmapself,"",@
	.hidden	__unmapself
	.globl	__unmapself
	.type	__unmapself,@function
__unmapself:
	.functype	__unmapself (i32, i32) -> ()
	i32.const	215
	local.get	0
	i64.extend_i32_u
	local.get	1
	i64.extend_i32_u
	i64.const	0
	i64.const	0
	i64.const	0
	i64.const	0
	call	__wasm_syscall
	drop
	loop
	i32.const	93
	i64.const	0
	i64.const	0
	i64.const	0
	i64.const	0
	i64.const	0
	i64.const	0
	call	__wasm_syscall
	drop
	br	0
	end_loop
	unreachable
	end_function
