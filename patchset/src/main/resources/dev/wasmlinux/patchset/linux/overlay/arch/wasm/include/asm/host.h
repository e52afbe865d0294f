/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_HOST_H
#define __ASM_WASM_HOST_H

/*
 * The whole interface between this kernel and the program that runs it,
 * version 1.  Everything crosses as i32 unless it is declared 64 bits wide.
 * Errors are negative errno.  "handle" is a positive number the host gives.
 */
#define WASM_LINUX_ABI		1

/*
 * Bits of cpu_pending[].  Any thread of the host may set them; the CPU takes
 * all of them with one exchange.
 */
#define PENDING_TIMER		0x01	/* the deadline of timer_set() has passed */
#define PENDING_RESCHEDULE	0x02
#define PENDING_CALL_FUNCTION	0x04
#define PENDING_DEVICE		0x08	/* look at irq_lines */
#define PENDING_PROGRAM		0x10	/* a program_prepare() made progress */
#define PENDING_STOP		0x20	/* never run again */
#define PENDING_IRQ_WORK	0x40

/* What the exports return that end in user mode. */
#define ACTION_RESUME		0	/* go on; result of a system call in regs.ret */
#define ACTION_SIGNAL		1	/* run function regs.pc, then user_sigreturn() */
#define ACTION_EXEC		2	/* unwind, start the program bound by program_exec() */

/* task_new(): what a new task begins with. */
#define TASK_KIND_KERNEL	0
#define TASK_KIND_THREAD	1	/* function regs.pc with regs.args[0], on regs.sp */
#define TASK_KIND_FORK		2	/* the frames of the calling task */

/*
 * The handle of CPU 0's first task, which no task_new() made.  As "last" of
 * task_switch() and task_start() the host may give 0 for its address, which
 * only the kernel knows.
 */
#define HOST_BOOT_TASK		1

/* machine_end(): why. */
#define MACHINE_POWER_OFF	0
#define MACHINE_RESTART		1
#define MACHINE_HALT		2
#define MACHINE_PANIC		3

/* user_trap(): what the engine refused to do. */
#define TRAP_UNREACHABLE	1
#define TRAP_DIVIDE_BY_ZERO	2
#define TRAP_INT_OVERFLOW	3
#define TRAP_INDIRECT_CALL	4
#define TRAP_MISALIGNED		5
#define TRAP_STACK_EXHAUSTED	6
#define TRAP_OTHER		7

/* tlb_set() */
#define TLB_READ		1
#define TLB_WRITE		2

#define MAX_HOST_CPUS		32

#ifndef __ASSEMBLY__
#include <linux/compiler_attributes.h>
#include <linux/types.h>

struct pt_regs;
struct mm_struct;
struct task_struct;

#define HOST_IMPORT(name) \
	__attribute__((import_module("host"), import_name(#name))) host_##name
#define HOST_EXPORT(name) \
	__attribute__((export_name(#name))) name

/* console and end */
void HOST_IMPORT(console_write)(const char *text, u32 length);
void __noreturn HOST_IMPORT(machine_end)(u32 kind, int status, const char *message, u32 length);
u32 HOST_IMPORT(stack_trace)(char *buffer, u32 length);

/* time, in nanoseconds */
u64 HOST_IMPORT(clock_monotonic)(void);
u64 HOST_IMPORT(clock_realtime)(void);
void HOST_IMPORT(timer_set)(u64 deadline);

/* CPUs */
int HOST_IMPORT(cpu_up)(u32 cpu, int task);
void HOST_IMPORT(cpu_idle)(void);
void HOST_IMPORT(cpu_relax)(void);
void HOST_IMPORT(cpu_ipi)(u32 cpu, u32 bits);

/* tasks */
int HOST_IMPORT(task_new)(struct task_struct *task, struct pt_regs *regs, u32 kind, int mm);
void HOST_IMPORT(task_free)(int task);
struct task_struct *HOST_IMPORT(task_switch)(int prev, int next, u32 dead);

/* address spaces */
int HOST_IMPORT(mm_new)(struct mm_struct *mm);
void HOST_IMPORT(mm_free)(int mm);
void HOST_IMPORT(tlb_set)(int mm, u32 vpn, unsigned long frame, u32 permissions);
void HOST_IMPORT(tlb_flush)(int mm, u32 vpn, int count, u32 cpus);

/* programs */
struct host_program_info {
	u32 image_start;	/* [start, end): anonymous, private, rwx */
	u32 image_end;		/* the break starts here */
	u32 stack_size;
	u32 flags;
};

int HOST_IMPORT(program_new)(u32 size);
int HOST_IMPORT(program_write)(int program, u32 offset, const void *data, u32 length);
int HOST_IMPORT(program_prepare)(int program);
int HOST_IMPORT(program_info)(int program, struct host_program_info *info);
int HOST_IMPORT(program_exec)(int program, int mm);
void HOST_IMPORT(program_free)(int program);

/* the device window */
u32 HOST_IMPORT(mmio_read)(unsigned long address, u32 size);
void HOST_IMPORT(mmio_write)(unsigned long address, u32 size, u32 value);

/*
 * Exports: functions.  _start, secondary_start and task_start set their stack
 * pointer themselves (kernel/head.S).  Before each user_*() the host sets
 * __stack_pointer to task_pt_regs(current) and regs.sp to the program's own.
 *
 *	_start(i32 dtb)				never returns
 *	secondary_start()			never returns
 *	task_start(i32 last) -> action
 */
int HOST_EXPORT(user_syscall)(int nr, u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5);
int HOST_EXPORT(user_fault)(unsigned long address, u32 access);
int HOST_EXPORT(user_trap)(u32 kind, unsigned long address);
int HOST_EXPORT(user_poll)(void);
int HOST_EXPORT(user_sigreturn)(void);

/*
 * Exports: instance-private i32 variables __stack_pointer, current_task (the
 * host stores the task's address in each instance it makes) and irq_disabled
 * (the entry functions set it), and the addresses of these two.
 */
struct cpu_pending {
	u32 bits;
} __aligned(64);

extern struct cpu_pending cpu_pending[MAX_HOST_CPUS];
extern u32 irq_lines;	/* bit n: device line n was raised */

#endif /* !__ASSEMBLY__ */
#endif /* __ASM_WASM_HOST_H */
