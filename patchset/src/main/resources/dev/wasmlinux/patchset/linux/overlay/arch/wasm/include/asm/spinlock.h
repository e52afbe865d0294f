/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_WASM_SPINLOCK_H
#define __ASM_WASM_SPINLOCK_H

#include <asm/barrier.h>
#include <asm/processor.h>

/*
 * A CPU is a host thread that may be descheduled at any time, also the next
 * one in a queue: so no tickets and no queue, whoever runs takes the lock.
 */
static __always_inline int arch_spin_is_locked(arch_spinlock_t *lock)
{
	return __atomic_load_n(&lock->locked, __ATOMIC_RELAXED) != 0;
}

static __always_inline int arch_spin_value_unlocked(arch_spinlock_t lock)
{
	return lock.locked == 0;
}

static __always_inline int arch_spin_is_contended(arch_spinlock_t *lock)
{
	return 0;
}
#define arch_spin_is_contended	arch_spin_is_contended

static __always_inline int arch_spin_trylock(arch_spinlock_t *lock)
{
	u32 unlocked = 0;

	return __atomic_compare_exchange_n(&lock->locked, &unlocked, 1, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static __always_inline void arch_spin_lock(arch_spinlock_t *lock)
{
	while (!arch_spin_trylock(lock)) {
		do {
			cpu_relax();
		} while (arch_spin_is_locked(lock));
	}
}

static __always_inline void arch_spin_unlock(arch_spinlock_t *lock)
{
	__atomic_store_n(&lock->locked, 0, __ATOMIC_RELEASE);
}

#include <asm/qrwlock.h>

#endif
