/* SPDX-License-Identifier: MIT */
/*
 * The thread pointer is the linker's __tls_base, where thread-local storage
 * begins; struct pthread ends there.
 */
static inline uintptr_t __get_tp()
{
	return (uintptr_t)__builtin_wasm_tls_base();
}

#define TLS_ABOVE_TP
#define GAP_ABOVE_TP 0

/* The linker's: copies the initial image to p and makes p this __tls_base. */
void __wasm_init_tls(void *);
