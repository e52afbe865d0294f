/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wasm-ld reads no scripts.  tools/anchors.awk turns this one into two objects
 * of labels, linked first and last: the order of the sections below and the
 * symbols between them are what it takes.  Code has no addresses, and names
 * that begin with .rodata, .data or .bss are joined by the linker into one
 * section each.
 */
#define LOAD_OFFSET	0

#include <asm/page.h>
#include <asm/cache.h>
#include <asm/thread_info.h>
#include <asm-generic/vmlinux.lds.h>

/* asm/percpu.h names them so that they are not joined with .data */
#undef PERCPU_INPUT
#define PERCPU_INPUT(cacheline)						\
	__per_cpu_start = .;						\
	*(.percpu..first)						\
	*(.percpu..page_aligned)					\
	*(.percpu..read_mostly)						\
	*(.percpu)							\
	*(.percpu..shared_aligned)					\
	__per_cpu_end = .;

SECTIONS
{
	.text : {
		_text = .;
		_stext = .;
		TEXT_TEXT
		SCHED_TEXT
		LOCK_TEXT
		KPROBES_TEXT
		IRQENTRY_TEXT
		SOFTIRQENTRY_TEXT
		_etext = .;
	}
	INIT_TEXT_SECTION(PAGE_SIZE)

	RO_DATA(PAGE_SIZE)

	_sdata = .;
	RW_DATA(L1_CACHE_BYTES, PAGE_SIZE, THREAD_SIZE)
	_edata = .;

	EXCEPTION_TABLE(4)

	__init_begin = .;
	INIT_DATA_SECTION(16)
	PERCPU_SECTION(L1_CACHE_BYTES)
	__init_end = .;

	BSS_SECTION(0, 0, 0)
	_end = .;

	DISCARDS
}
