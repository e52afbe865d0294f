/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __WASM_KERNEL_H
#define __WASM_KERNEL_H

#include <asm/host.h>
#include <asm/ptrace.h>

struct ksignal;

/* called by head.S */
void wasm_start_kernel(void *dtb);
void wasm_secondary_start(void);
int wasm_task_start(struct task_struct *last);

/* Take this CPU's pending work; interrupts are off, regs is what they met. */
void wasm_handle_pending(struct pt_regs *regs);

void wasm_handle_devices(void);		/* irq.c */
void wasm_handle_timer(void);		/* time.c */
void wasm_programs_changed(void);	/* binfmt_wasm.c */
void wasm_stop_cpu(void);		/* smp.c */

void wasm_time_starting_cpu(void);
void wasm_register_panic(void);

/* What the host is to do next, as the registers say. */
int wasm_user_action(struct pt_regs *regs);

void wasm_trap(u32 kind, unsigned long address);
int wasm_restore_signal_frame(struct pt_regs *regs);

#endif
