/* SPDX-License-Identifier: MIT */
#ifndef STDARG_H
#define STDARG_H

#include "../../include/stdarg.h"

#ifdef __wasm__
#include <features.h>

/*
 * Without optional arguments, a caller passes a null pointer for them.
 * Functions such as fcntl and ioctl read one without knowing whether it is
 * there, as they may with registers: give them zeros.
 */
extern hidden const long __va_none[16];

#undef va_start
#define va_start(v,l) (__builtin_va_start(v,l), \
	(void)((v) || ((v) = (void *)__va_none)))
#endif

#endif
