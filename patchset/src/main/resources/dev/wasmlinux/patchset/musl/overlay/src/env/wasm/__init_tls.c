/* SPDX-License-Identifier: MIT */
#define SYSCALL_NO_TLS 1
#include <limits.h>
#include <sys/mman.h>
#include <stddef.h>
#include "pthread_impl.h"
#include "libc.h"
#include "atomic.h"
#include "syscall.h"

volatile int __thread_list_lock;

int __init_tp(void *p)
{
	pthread_t td = p;
	td->self = td;
	__set_thread_area(TP_ADJ(p));
	libc.can_do_threads = 1;
	td->detach_state = DT_JOINABLE;
	td->tid = __syscall(SYS_set_tid_address, &__thread_list_lock);
	td->locale = &libc.global_locale;
	td->robust_list.head = &td->robust_list.head;
	td->next = td->prev = td;
	return 0;
}

static struct builtin_tls {
	char c;
	struct pthread pt;
	void *space[32];
} builtin_tls[1];
#define MIN_TLS_ALIGN 16

/*
 * Places struct pthread so that the storage after it is aligned. Each thread
 * copies the initial image itself, in its first instructions (__clone):
 * __wasm_init_tls works on the __tls_base of its caller.
 */
void *__copy_tls(unsigned char *mem)
{
	return mem + (-((uintptr_t)mem + sizeof(struct pthread))
		& (libc.tls_align-1));
}

static void static_init_tls(size_t *aux)
{
	void *mem = builtin_tls;
	pthread_t td;

	libc.tls_align = __builtin_wasm_tls_align();
	if (libc.tls_align < MIN_TLS_ALIGN) libc.tls_align = MIN_TLS_ALIGN;
	libc.tls_size = sizeof(struct pthread) + __builtin_wasm_tls_size()
		+ libc.tls_align-1 + MIN_TLS_ALIGN-1 & -MIN_TLS_ALIGN;

	if (libc.tls_size > sizeof builtin_tls)
		/* An error faults in the next statement. */
		mem = (void *)__syscall(SYS_mmap2, 0, libc.tls_size,
			PROT_READ|PROT_WRITE, MAP_ANONYMOUS|MAP_PRIVATE, -1, 0);

	td = __copy_tls(mem);
	__init_tp(td);
	__wasm_init_tls(TP_ADJ(td));
}

weak_alias(static_init_tls, __init_tls);
