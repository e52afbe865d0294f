/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A test prints one line for each thing that it tried: "ok WHAT" or
 * "FAILED WHAT". All of it is deterministic and kept beside it in
 * NAME.expected. The exit status is the number of failures.
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>

static int failures;

static inline void check(int ok, const char *what)
{
	failures += !ok;
	printf("%s %s\n", ok ? "ok" : "FAILED", what);
	fflush(stdout);
}

#endif
