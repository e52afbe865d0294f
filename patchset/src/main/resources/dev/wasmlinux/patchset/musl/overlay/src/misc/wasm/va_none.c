/* SPDX-License-Identifier: MIT */
#include <features.h>

/* Zeros for a reader of optional arguments that are not there: stdarg.h. */
hidden const long __va_none[16];
