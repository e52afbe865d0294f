/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include "pthread_impl.h"
#include "syscall.h"

struct entry {
	int (*fn)(void *);
	void *arg;
};

/* First function of a thread with storage of its own, which is still zero. */
static int enter(void *p)
{
	struct entry *e = p;
	__wasm_init_tls((void *)__get_tp());
	return e->fn(e->arg);
}

/*
 * With CLONE_VM the child starts at a function, which the kernel finds in the
 * sixth slot; the end of the function ends the thread. Without, the kernel
 * gives it a copy of this stack, so it may as well go on from here.
 */
int __clone(int (*fn)(void *), void *stack, int flags, void *arg, ...)
{
	va_list ap;
	va_start(ap, arg);
	int *ptid = va_arg(ap, int *);
	void *tls = va_arg(ap, void *);
	int *ctid = va_arg(ap, int *);
	va_end(ap);

	if (!fn || !stack) return -EINVAL;
	if (!(flags & CLONE_VM)) {
		int r = __syscall(SYS_clone, flags, 0, ptid, tls, ctid);
		if (r) return r;
		for (r = fn(arg);; ) __syscall(SYS_exit, r);
	}
	uintptr_t sp = (uintptr_t)stack & -16;
	if (flags & CLONE_SETTLS) {
		struct entry *e = (void *)(sp -= 16);
		*e = (struct entry){ fn, arg };
		fn = enter;
		arg = e;
	}
	return __syscall(SYS_clone, flags, sp, ptid, tls, ctid,
		(unsigned long long)(uintptr_t)arg << 32 | (uintptr_t)fn);
}
