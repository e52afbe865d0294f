/* SPDX-License-Identifier: MIT */
/* SPDX-License-Identifier: MIT */
/*
 * long __syscall_cp_asm(volatile int *cancel, long long nr, a, b, c, d, e, f)
 *
 * A cancellable system call. __cp_state, a global of this thread's instance,
 * is 1 from before the test of *cancel until the call is over; there is no
 * program counter that the handler of SIGCANCEL could look at. In assembly,
 * so that nothing comes between the call and the global. The old value is put
 * back, for a system call in a signal handler that interrupted another.
 */
	.globl	__cp_state
	.hidden	__cp_state
	.globaltype	__cp_state, i32
__cp_state:

	.functype	__wasm_syscall (i32, i64, i64, i64, i64, i64, i64) -> (i32)
	.import_module	__wasm_syscall, linux
	.import_name	__wasm_syscall, syscall
	.functype	__cancel () -> (i32)

	.section	.text.__syscall_cp_asm,"",@
	.hidden	__syscall_cp_asm
	.globl	__syscall_cp_asm
	.type	__syscall_cp_asm,@function
__syscall_cp_asm:
	.functype	__syscall_cp_asm (i32, i64, i64, i64, i64, i64, i64, i64) -> (i32)
	.local	i32
	global.get	__cp_state
	local.set	8
	i32.const	1
	global.set	__cp_state
	local.get	0
	i32.atomic.load	0
	if
	local.get	8
	global.set	__cp_state
	call	__cancel
	return
	end_if
	local.get	1
	i32.wrap_i64
	local.get	2
	local.get	3
	local.get	4
	local.get	5
	local.get	6
	local.get	7
	call	__wasm_syscall
	local.get	8
	global.set	__cp_state
	end_function

	.section	.text.__cp_get_state,"",@
	.hidden	__cp_get_state
	.globl	__cp_get_state
	.type	__cp_get_state,@function
__cp_get_state:
	.functype	__cp_get_state () -> (i32)
	global.get	__cp_state
	end_function

/* void __cp_reset(void): for a jump out of a handler, and thus of the call. */
	.section	.text.__cp_reset,"",@
	.hidden	__cp_reset
	.globl	__cp_reset
	.type	__cp_reset,@function
__cp_reset:
	.functype	__cp_reset () -> ()
	i32.const	0
	global.set	__cp_state
	end_function
