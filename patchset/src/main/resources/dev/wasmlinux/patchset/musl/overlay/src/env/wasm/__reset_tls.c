/* SPDX-License-Identifier: MIT */
#include "pthread_impl.h"

void __reset_tls()
{
	__wasm_init_tls((void *)__get_tp());
}
