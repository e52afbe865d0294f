/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest program: one line, exit status 0. */
#include "nolibc.h"

int main(int argc, char **argv, char **envp)
{
	say("hello from a program without a C library");
	return 0;
}
