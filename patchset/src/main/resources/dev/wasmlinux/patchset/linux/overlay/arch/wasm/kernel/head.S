/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The variables that each instance has for itself, and the entries that find
 * their stack by them.  A variable of assembly starts as 0, so the entries
 * also say that interrupts are off.
 */
#include <generated/asm-offsets.h>

	.globaltype	__stack_pointer, i32
	.globaltype	current_task, i32
	.globaltype	irq_disabled, i32
	.functype	wasm_start_kernel (i32) -> ()
	.functype	wasm_secondary_start () -> ()
	.functype	wasm_task_start (i32) -> (i32)

	.globl	current_task
current_task:
	.globl	irq_disabled
irq_disabled:

	.section .text._start,"",@
	.globl	_start
	.type	_start,@function
	.export_name _start, _start
_start:
	.functype _start (i32) -> ()
	i32.const	init_stack
	i32.const	STACK_START
	i32.add
	global.set	__stack_pointer
	i32.const	init_task
	global.set	current_task
	i32.const	1
	global.set	irq_disabled
	local.get	0
	call	wasm_start_kernel
	unreachable
	end_function

	.section .text.secondary_start,"",@
	.globl	secondary_start
	.type	secondary_start,@function
	.export_name secondary_start, secondary_start
secondary_start:
	.functype secondary_start () -> ()
	global.get	current_task
	i32.load	TASK_STACK
	i32.const	STACK_START
	i32.add
	global.set	__stack_pointer
	i32.const	1
	global.set	irq_disabled
	call	wasm_secondary_start
	unreachable
	end_function

	.section .text.task_start,"",@
	.globl	task_start
	.type	task_start,@function
	.export_name task_start, task_start
task_start:
	.functype task_start (i32) -> (i32)
	global.get	current_task
	i32.load	TASK_STACK
	i32.const	STACK_START
	i32.add
	global.set	__stack_pointer
	i32.const	1
	global.set	irq_disabled
	local.get	0
	call	wasm_task_start
	end_function
